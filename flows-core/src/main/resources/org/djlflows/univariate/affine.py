# z = x exp(a) + t; theta is (batch, 2, n): the shift t, then what the scale map makes into a.


def forward(x: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    t, s = theta.unbind(1)
    a = scale_map.log_scale(s, p)
    return torch.addcmul(t, x, a.exp()), a


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
    scaled = x * scale
    tape += [s, scale, scaled]
    return scaled + t, a


def backward(
    gz: Tensor, gl: Tensor, p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor, List[Tensor]]:
    scaled = tape.pop()
    scale = tape.pop()
    gs, gp = scale_map.backward(torch.addcmul(gl, gz, scaled), tape.pop(), p)
    return gz * scale, torch.stack([gz, gs], 1), gp
