# The logistic distribution.
def log_cdf(u: Tensor) -> Tensor:
    return torch.log_sigmoid(u)


# The density by the probability below.
def log_hazard(u: Tensor) -> Tensor:
    return torch.log_sigmoid(-u)


# The quantile of which the logarithms of the probabilities below and above are given.
def quantile(log_below: Tensor, log_above: Tensor) -> Tensor:
    return log_below - log_above
