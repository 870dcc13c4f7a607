# A mixture of distributions of one shape, and behind it the quantile function of that shape, all in
# logarithms. log_weight, log_scale and shift are (batch, components, n); a component is the shape at
# x exp(log_scale) + shift.
def step(
    x: Tensor, log_weight: Tensor, log_scale: Tensor, shift: Tensor
) -> Tuple[Tensor, Tensor]:
    u = torch.addcmul(shift, x.unsqueeze(1), log_scale.exp())
    return quantile_of_mixture(u, log_scale, log_weight)


# The same of where components are evaluated, u, with the logarithms of its slopes; the components are
# on the last axis but one. The slope is the ratio of two hazards, that of the mixture and that of the
# shape at z, at the nearer end: densities are squares of what is far out.
def quantile_of_mixture(
    u: Tensor, log_slope: Tensor, log_weight: Tensor
) -> Tuple[Tensor, Tensor]:
    below, above, hazard_below, hazard_above = shape.tails(u)
    logs_below = log_weight + below
    logs_above = log_weight + above
    log_below = torch.logsumexp(logs_below, [-2])
    log_above = torch.logsumexp(logs_above, [-2])
    z, log_hazard_of_z = shape.quantile(log_below, log_above)
    left = (log_below < log_above).unsqueeze(-2)
    shares = torch.where(left, logs_below, logs_above).log_softmax(-2)
    hazards = torch.where(left, hazard_below, hazard_above)
    return z, torch.logsumexp(shares + log_slope + hazards, [-2]) - log_hazard_of_z
