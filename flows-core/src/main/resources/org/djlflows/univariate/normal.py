# The standard normal distribution. Of the components of a mixture at u, weight times the probability
# beyond u, to the side of 1 or -1, and slope times the density without its constant.
def parts(
    u: Tensor, side: Tensor, weight: Tensor, slope: Tensor
) -> Tuple[Tensor, Tensor]:
    tail = torch.erfc(u * (SQRT_HALF * side).unsqueeze(1))
    return tail * (0.5 * weight), (-0.5 * u * u).exp() * slope


# Beyond which the probability is tail.
def quantile(tail: Tensor) -> Tensor:
    return -torch.special_ndtri(tail)


def density(t: Tensor) -> Tensor:
    return (-0.5 * t * t).exp() * ROOT


# The logarithm of a density without the constant, divided by that at t.
def log_ratio(density: Tensor, t: Tensor) -> Tensor:
    return torch.addcmul(density.log(), t, t, value=0.5)


# The derivative of the logarithm of the density.
def score(u: Tensor) -> Tensor:
    return -u


# The logarithms of the probability beyond u, and of the density divided by it.
def logarithms(u: Tensor) -> Tuple[Tensor, Tensor]:
    log_tail, log_hazard = right(u.abs())
    left = u < 0
    rest = torch.log1p(-log_tail.exp())
    hazard_left = log_tail + log_hazard - rest
    return torch.where(left, rest, log_tail), torch.where(left, hazard_left, log_hazard)


# The same where u is not far below 0.
def right(u: Tensor) -> Tuple[Tensor, Tensor]:
    log_scaled = torch.special_erfcx(SQRT_HALF * u).log()
    log_tail = torch.addcmul(log_scaled, u, u, value=-0.5) - LOG_TWO
    return log_tail, LOG_SQRT_TWO_BY_PI - log_scaled


# Beyond which the probability has the logarithm log_tail, and the logarithm of the density there
# divided by it. The last step of Newton's is taken with gradients; beyond 12 deviations others come
# before it, from the asymptotic formula on.
def quantile_of_logarithm(log_tail: Tensor) -> Tuple[Tensor, Tensor]:
    fixed = log_tail.detach()
    t = quantile(fixed.clamp_min(-80).exp())
    beyond = fixed < -80
    if bool(beyond.any()):
        twice = -2 * fixed.clamp_max(-80)
        t = torch.where(beyond, (twice - twice.log() - LOG_TWO_PI).sqrt(), t)
        for i in range(2):
            t = newton(t, fixed)
    t = newton(t, log_tail)
    return t, right(t)[1]


def newton(t: Tensor, log_tail: Tensor) -> Tensor:
    reached, log_hazard = right(t)
    return torch.addcmul(t, reached - log_tail, (-log_hazard).exp())
