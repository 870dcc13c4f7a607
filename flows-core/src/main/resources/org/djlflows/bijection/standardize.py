# p: centre, deviation.
def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    z, log_slope = tails.forward((x - p[0]) / p[1])
    return z, (log_slope - p[1].log().sum()).expand(x.size(0))


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    y, log_slope = tails.inverse(z)
    return y * p[1] + p[0], (log_slope + p[1].log().sum()).expand(z.size(0))


def record(
    x: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    tape.append(x)
    return forward(x, c, p)


def backward(
    gz: Tensor,
    gl: Tensor,
    c: Optional[Tensor],
    p: List[Tensor],
    tape: List[Tensor],
    gc: List[Tensor],
) -> Tuple[Tensor, List[Tensor]]:
    g = tails.backward(gz, gl, (tape.pop() - p[0]) / p[1])
    return g / p[1], [torch.zeros_like(p[0]), torch.zeros_like(p[1])]
