# The mean negative log-likelihood in which the influence of single rows is bounded. With t the nats
# by which a row is below the median, and kappa SPREADS times the spread of the rows, a row counts t
# up to kappa and 2 kappa - kappa^2 / t beyond: less than 2 kappa, however far away it is.
def loss(log_prob: Tensor) -> Tensor:
    median, kappa = median_and_kappa(log_prob)
    return bounded_mean(log_prob, median, kappa)


# The loss, and its gradient.
def loss_and_gradient(log_prob: Tensor) -> Tuple[Tensor, Tensor]:
    median, kappa = median_and_kappa(log_prob)
    weights = (kappa / torch.maximum(median - log_prob, kappa)).square()
    return bounded_mean(log_prob, median, kappa), weights / -log_prob.size(0)


def bounded_mean(log_prob: Tensor, median: Tensor, kappa: Tensor) -> Tensor:
    t = median - log_prob
    beyond = 2 * kappa - kappa * kappa / torch.maximum(t, kappa)
    return torch.where(t > kappa, beyond, t).mean() - median


# The spread is the way from the median to the lowest tenth, or to the second lowest of few rows, and
# at least a nat.
def median_and_kappa(log_prob: Tensor) -> Tuple[Tensor, Tensor]:
    n = log_prob.size(0)
    ordered = log_prob.detach().sort()[0]
    median = ordered[n // 2]
    low = ordered[max(min(1, n // 3), n // 10)]
    return median, (median - low).clamp_min(1) * SPREADS
