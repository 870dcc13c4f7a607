# z = x exp(a) + t; theta is (batch, 2, n): the shift t, then what the scale map makes into a.


def forward(x: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return record(x, theta, p, [])


def inverse(z: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    t, s = theta.unbind(1)
    minus_a = -scale_map.log_scale(s, p)
    return (z - t) * minus_a.exp(), minus_a


def record(
    x: Tensor, theta: Tensor, p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    t, s = theta.unbind(1)
    a = scale_map.log_scale(s, p)
    scale = a.exp()
    tape.extend([s, scale, x])
    return torch.addcmul(t, x, scale), a


def backward(
    gz: Tensor, gl: Tensor, p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor, List[Tensor]]:
    x = tape.pop()
    gx = gz * tape.pop()
    gs, gp = scale_map.backward(torch.addcmul(gl, gx, x), tape.pop(), p)
    return gx, torch.stack([gz, gs], 1), gp
