# The logistic distribution. tails: the logarithms of the probabilities below and above u, and of the
# density divided by each of them.
def tails(u: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
    below = torch.log_sigmoid(u)
    above = torch.log_sigmoid(-u)
    return below, above, above, below


# The quantile of which the logarithms of the probabilities below and above are given, and the
# logarithm of the density there divided by the smaller of the two.
def quantile(log_below: Tensor, log_above: Tensor) -> Tuple[Tensor, Tensor]:
    z = log_below - log_above
    return z, torch.log_sigmoid(z.abs())
