def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    z, log_slope = univariate.forward(x.flatten(1), theta(x, p), p[1:])
    return z.view_as(x), log_slope.sum([1])


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    x, log_slope = univariate.inverse(z.flatten(1), theta(z, p), p[1:])
    return x.view_as(z), log_slope.sum([1])


def theta(x: Tensor, p: List[Tensor]) -> Tensor:
    return p[0].expand(x.size(0), -1, -1)
