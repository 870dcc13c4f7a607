# A mixture of distributions of one shape, and behind its distribution function the quantile function
# of that shape, all in logarithms. log_weight, log_scale and shift are (batch, components, n); a
# component is the shape at x exp(log_scale) + shift. The slope is the ratio of two hazards, that of the
# mixture and that of the shape at z, at the nearer end: densities are squares of what is far out.
def step(
    x: Tensor, log_weight: Tensor, log_scale: Tensor, shift: Tensor
) -> Tuple[Tensor, Tensor]:
    u = torch.addcmul(shift, x.unsqueeze(1), log_scale.exp())
    logs_below = log_weight + shape.log_cdf(u)
    logs_above = log_weight + shape.log_cdf(-u)
    log_below = torch.logsumexp(logs_below, [1])
    log_above = torch.logsumexp(logs_above, [1])
    z = shape.quantile(log_below, log_above)
    left = log_below < log_above
    shares = torch.where(left.unsqueeze(1), logs_below, logs_above).log_softmax(1)
    hazards = shape.log_hazard(torch.where(left.unsqueeze(1), u, -u))
    log_hazard = torch.logsumexp(shares + log_scale + hazards, [1])
    return z, log_hazard - shape.log_hazard(torch.where(left, z, -z))
