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


def log_ratio(density: Tensor, t: Tensor) -> Tensor:
    return density.log() - torch.log_sigmoid(t) - torch.log_sigmoid(-t)


def score(u: Tensor) -> Tensor:
    return -torch.tanh(0.5 * u)


def logarithms(u: Tensor) -> Tuple[Tensor, Tensor]:
    return torch.log_sigmoid(-u), torch.log_sigmoid(u)


def quantile_of_logarithm(log_tail: Tensor) -> Tuple[Tensor, Tensor]:
    t = torch.log1p(-log_tail.exp()) - log_tail
    return t, torch.log_sigmoid(t)
