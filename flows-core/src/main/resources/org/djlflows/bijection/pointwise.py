def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    z, log_slope = function.forward(x)
    return z, log_slope.flatten(1).sum([1])


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    x, log_slope = function.inverse(z)
    return x, log_slope.flatten(1).sum([1])
