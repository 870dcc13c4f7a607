# The standard normal distribution.
def log_cdf(u: Tensor) -> Tensor:
    return torch.special_log_ndtr(u)


# The density by the probability below.
def log_hazard(u: Tensor) -> Tensor:
    left = LOG_SQRT_TWO_BY_PI - torch.special_erfcx(-SQRT_HALF * u.clamp_max(0)).log()
    right = torch.rsub(u.square(), -HALF_LOG_TWO_PI, 0.5) - log_cdf(u)
    return torch.where(u < 0, left, right)


# The quantile of which the logarithms of the probabilities below and above are given: Newton's steps
# for the smaller of the two, the last of them with gradients. Beyond 12 deviations they start from the
# asymptotic formula.
def quantile(log_below: Tensor, log_above: Tensor) -> Tensor:
    left = log_below < log_above
    log_tail = torch.where(left, log_below, log_above)
    fixed = log_tail.detach()
    far = -2 * fixed.clamp_max(-10)
    far = -(far - far.log() - 2 * HALF_LOG_TWO_PI).sqrt()
    near = torch.special_ndtri(fixed.clamp_min(-80).exp())
    t = torch.where(fixed > -80, near, far)
    for i in range(3):
        t = t + (fixed - log_cdf(t)) / log_hazard(t).exp()
    t = t + (log_tail - log_cdf(t)) / log_hazard(t).exp()
    return torch.where(left, t, -t)
