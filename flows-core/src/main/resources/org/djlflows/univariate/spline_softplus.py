# Sizes are free, slopes a softplus above their smallest, 1 at 0.


def sizes(theta: Tensor, tape: List[Tensor]) -> Tensor:
    return theta


def sizes_backward(g: Tensor, tape: List[Tensor]) -> Tensor:
    return g


def slope(raw: Tensor) -> Tensor:
    return torch.softplus(raw + SLOPE_ONE) + SMALLEST_SLOPE


def slope_backward(g: Tensor, raw: Tensor, slope: Tensor) -> Tensor:
    return g * torch.sigmoid(raw + SLOPE_ONE)
