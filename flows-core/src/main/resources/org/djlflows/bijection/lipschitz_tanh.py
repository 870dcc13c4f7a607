# From the sigmoid: PyTorch takes several times as long for its own tanh.
def value(x: Tensor) -> Tensor:
    y = torch.sigmoid(x + x) - 0.5
    return y + y


def both(x: Tensor) -> Tuple[Tensor, Tensor]:
    y = value(x)
    return y, torch.rsub(y * y, 1)


# From x, value and slope.
def curvature(x: Tensor, y: Tensor, slope: Tensor) -> Tensor:
    return y * slope * -2
