# The standard normal distribution. tails: the logarithms of the probabilities below and above u, and
# of the density divided by each of them; all from one function at the nearer tail.
def tails(u: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
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
def quantile(log_below: Tensor, log_above: Tensor) -> Tuple[Tensor, Tensor]:
    left = log_below < log_above
    log_tail = torch.where(left, log_below, log_above)
    fixed = log_tail.detach()
    far = -2 * fixed.clamp_max(-10)
    far = -(far - far.log() - 2 * HALF_LOG_TWO_PI).sqrt()
    near = torch.special_ndtri(fixed.clamp_min(-80).exp())
    t = torch.where(fixed > -80, near, far)
    for i in range(2):
        log_cdf, _, log_hazard, _ = tails(t)
        t = t + (fixed - log_cdf) / log_hazard.exp()
    log_cdf, _, log_hazard, _ = tails(t)
    t = t + (log_tail - log_cdf) / log_hazard.exp()
    return torch.where(left, t, -t), tails(t)[2]
