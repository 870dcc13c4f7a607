def beside(h: Tensor) -> Tensor:
    return h
