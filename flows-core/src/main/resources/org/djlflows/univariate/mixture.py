# A mixture of distributions of one shape, and behind its distribution function the quantile function
# of that shape, all in logarithms. log_weight, log_scale and shift are (batch, components, n); a
# component is the shape at x exp(log_scale) + shift. The slope is the ratio of two hazards, that of the
# mixture and that of the shape at z, at the nearer end: densities are squares of what is far out.
def step(
    x: Tensor, log_weight: Tensor, log_scale: Tensor, shift: Tensor
) -> Tuple[Tensor, Tensor]:
    u = torch.addcmul(shift, x.unsqueeze(1), log_scale.exp())
    below, above, hazard_below, hazard_above = shape.tails(u)
    logs_below = log_weight + below
    logs_above = log_weight + above
    log_below = torch.logsumexp(logs_below, [1])
    log_above = torch.logsumexp(logs_above, [1])
    z, log_hazard_of_z = shape.quantile(log_below, log_above)
    left = (log_below < log_above).unsqueeze(1)
    shares = torch.where(left, logs_below, logs_above).log_softmax(1)
    hazards = torch.where(left, hazard_below, hazard_above)
    return z, torch.logsumexp(shares + log_scale + hazards, [1]) - log_hazard_of_z
