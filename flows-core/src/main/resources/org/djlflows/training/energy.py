def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    x1, x2 = x.unbind(1)
    value = ENERGY(x1, x2)
    if SUPPORT > 0:
        value = value - torch.relu(x.abs() - SUPPORT).square().sum([1])
    return value


# The negatives of the energies.
def u1(x1: Tensor, x2: Tensor) -> Tensor:
    r = torch.linalg_vector_norm(torch.stack([x1, x2]), 2, [0])
    sides = torch.logaddexp(n((x1 - 2) / 0.6), n((x1 + 2) / 0.6))
    return n((r - 2) / 0.4) + sides


def u2(x1: Tensor, x2: Tensor) -> Tensor:
    return n((x2 - wave(x1)) / 0.4)


def u3(x1: Tensor, x2: Tensor) -> Tensor:
    bump = 3 * n((x1 - 1) / 0.6).exp()
    y = x2 - wave(x1)
    return torch.logaddexp(n(y / 0.35), n((y + bump) / 0.35))


def u4(x1: Tensor, x2: Tensor) -> Tensor:
    step = 3 * torch.sigmoid((x1 - 1) / 0.3)
    y = x2 - wave(x1)
    return torch.logaddexp(n(y / 0.4), n((y + step) / 0.35))


def wave(x1: Tensor) -> Tensor:
    return (HALF_PI * x1).sin()


# The logarithm of exp(-t^2 / 2).
def n(t: Tensor) -> Tensor:
    return -0.5 * t.square()
