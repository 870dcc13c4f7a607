def log_scale(s: Tensor, p: List[Tensor]) -> Tensor:
    return s


def backward(g: Tensor, s: Tensor, p: List[Tensor]) -> Tuple[Tensor, List[Tensor]]:
    return g, []
