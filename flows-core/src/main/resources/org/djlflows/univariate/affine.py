# z = x exp(a) + t; theta is (batch, 2, n): the shift t, then what the scale map makes into a.


def forward(x: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    t, s = theta.unbind(1)
    a = scale_map.log_scale(s, p)
    return x * a.exp() + t, a


def inverse(z: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    t, s = theta.unbind(1)
    a = scale_map.log_scale(s, p)
    return (z - t) * (-a).exp(), -a
