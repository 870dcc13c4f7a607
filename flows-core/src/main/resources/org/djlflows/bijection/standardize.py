def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return (x - p[0]) / p[1], (-p[1].log().sum()).expand(x.size(0))


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return z * p[1] + p[0], p[1].log().sum().expand(z.size(0))
