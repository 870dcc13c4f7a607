# A spline of [0, 1], stretched to [-BOUND, BOUND], and the identity outside.


def forward(x: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    inside = x.clamp(-BOUND, BOUND)
    z, log_slope = spline.forward(to_unit(inside), theta)
    return around(x, inside, z, log_slope)


def inverse(z: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    inside = z.clamp(-BOUND, BOUND)
    x, log_slope = spline.inverse(to_unit(inside), theta)
    return around(z, inside, x, log_slope)


def to_unit(value: Tensor) -> Tensor:
    return (value + BOUND) / (2 * BOUND)


def around(
    value: Tensor, inside: Tensor, moved: Tensor, log_slope: Tensor
) -> Tuple[Tensor, Tensor]:
    outside = inside != value
    stretched = 2 * BOUND * moved - BOUND
    return torch.where(outside, value, stretched), log_slope.masked_fill(outside, 0)
