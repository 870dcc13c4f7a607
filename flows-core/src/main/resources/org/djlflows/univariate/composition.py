# theta holds the parameters of the first map, then those of the second.


def forward(x: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    y, of_first = first.forward(x, theta[:, :FIRST], p.of(first))
    z, of_second = second.forward(y, theta[:, FIRST:], p.of(second))
    return z, of_first + of_second


def inverse(z: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    y, of_second = second.inverse(z, theta[:, FIRST:], p.of(second))
    x, of_first = first.inverse(y, theta[:, :FIRST], p.of(first))
    return x, of_first + of_second


def record(
    x: Tensor, theta: Tensor, p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    y, of_first = first.record(x, theta[:, :FIRST], p.of(first), tape)
    z, of_second = second.record(y, theta[:, FIRST:], p.of(second), tape)
    return z, of_first + of_second


def backward(
    gz: Tensor, gl: Tensor, p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor, List[Tensor]]:
    gy, g_second, gp_second = second.backward(gz, gl, p.of(second), tape)
    gx, g_first, gp_first = first.backward(gy, gl, p.of(first), tape)
    return gx, torch.cat([g_first, g_second], 1), gp_first + gp_second
