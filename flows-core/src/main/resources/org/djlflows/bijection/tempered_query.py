def of(q: Tensor, cache: List[Tensor]) -> Tensor:
    return q * cache[-1]
