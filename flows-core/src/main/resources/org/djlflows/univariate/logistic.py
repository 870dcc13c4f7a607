# The logistic distribution; what the functions are says normal.py.
def parts(
    u: Tensor, side: Tensor, weight: Tensor, slope: Tensor
) -> Tuple[Tensor, Tensor]:
    before = torch.sigmoid(u * side.unsqueeze(1))
    beyond = torch.sigmoid(u * -side.unsqueeze(1))
    return beyond * weight, before * beyond * slope


def quantile(tail: Tensor) -> Tensor:
    return torch.log1p(-tail) - tail.log()


def density(t: Tensor) -> Tensor:
    return torch.sigmoid(t) * torch.sigmoid(-t)


def score(u: Tensor) -> Tensor:
    return -torch.tanh(0.5 * u)


def logarithms(u: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
    below = torch.log_sigmoid(u)
    above = torch.log_sigmoid(-u)
    return below, above, above, below


def quantile_of_logarithms(log_below: Tensor, log_above: Tensor) -> Tuple[Tensor, Tensor]:
    z = log_below - log_above
    return z, torch.log_sigmoid(z.abs())
