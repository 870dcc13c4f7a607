def image(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    return forward(x, c, p)[0]
