# The scale stays within [1e-3, 1e3]: 6.907755... is log(1e3).


def log_scale(s: Tensor, p: List[Tensor]) -> Tensor:
    return s / (1.0 + (s / 6.907755278982137).abs())


def backward(g: Tensor, s: Tensor, p: List[Tensor]) -> Tuple[Tensor, List[Tensor]]:
    return g / (1.0 + (s / 6.907755278982137).abs()).square(), []
