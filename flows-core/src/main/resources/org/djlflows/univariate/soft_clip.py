# a = s / (1 + |s| / log 1e3) keeps the scale within [1e-3, 1e3].


# 1 + |s| / log 1e3 in two operators.
def divisor(s: Tensor) -> Tensor:
    return torch.rsub(s.abs(), 1.0, -0.14476482730108395)


def log_scale(s: Tensor, p: List[Tensor]) -> Tensor:
    return s / divisor(s)


def backward(g: Tensor, s: Tensor, p: List[Tensor]) -> Tuple[Tensor, List[Tensor]]:
    return g / divisor(s).square(), []
