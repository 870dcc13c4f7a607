# The standard normal distribution. Of the components of a mixture at u, weight times the probability
# beyond u, to the side of 1 or -1, and slope times the density.
def parts(
    u: Tensor, side: Tensor, weight: Tensor, slope: Tensor
) -> Tuple[Tensor, Tensor]:
    tail = torch.erfc(u * (SQRT_HALF * side).unsqueeze(1))
    return tail * (0.5 * weight), (-0.5 * u * u).exp() * (ROOT * slope)


# Beyond which the probability is tail.
def quantile(tail: Tensor) -> Tensor:
    return -torch.special_ndtri(tail)


def density(t: Tensor) -> Tensor:
    return (-0.5 * t * t).exp() * ROOT


# The derivative of the logarithm of the density.
def score(u: Tensor) -> Tensor:
    return -u


# The logarithms of the probabilities below and above u, and of the density divided by each of them;
# all from one function at the nearer tail.
def logarithms(u: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
    left = u < 0
    log_scaled = torch.special_erfcx(SQRT_HALF * torch.where(left, -u, u)).log()
    log_kernel = -0.5 * u.square()
    near = log_scaled + log_kernel - LOG_TWO
    far = torch.log1p(-near.exp())
    near_hazard = LOG_SQRT_TWO_BY_PI - log_scaled
    far_hazard = log_kernel - far - HALF_LOG_TWO_PI
    return (
        torch.where(left, near, far),
        torch.where(left, far, near),
        torch.where(left, near_hazard, far_hazard),
        torch.where(left, far_hazard, near_hazard),
    )


# The quantile of which the logarithms of the probabilities below and above are given, and the
# logarithm of the density there divided by the smaller of the two: Newton's steps for that one, the
# last of them with gradients. Beyond 12 deviations they start from the asymptotic formula.
def quantile_of_logarithms(log_below: Tensor, log_above: Tensor) -> Tuple[Tensor, Tensor]:
    left = log_below < log_above
    log_tail = torch.where(left, log_below, log_above)
    fixed = log_tail.detach()
    far = -2 * fixed.clamp_max(-10)
    far = -(far - far.log() - 2 * HALF_LOG_TWO_PI).sqrt()
    near = torch.special_ndtri(fixed.clamp_min(-80).exp())
    t = torch.where(fixed > -80, near, far)
    for i in range(2):
        log_cdf, _, log_hazard, _ = logarithms(t)
        t = t + (fixed - log_cdf) / log_hazard.exp()
    log_cdf, _, log_hazard, _ = logarithms(t)
    t = t + (log_tail - log_cdf) / log_hazard.exp()
    return torch.where(left, t, -t), logarithms(t)[2]
