def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    z, log_slope = tails.forward((x - p.statistics.mean) / p.statistics.deviation)
    return z, (log_slope - log_volume(p)).expand(x.size(0))


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    y, log_slope = tails.inverse(z)
    x = y * p.statistics.deviation + p.statistics.mean
    return x, (log_slope + log_volume(p)).expand(z.size(0))


def log_volume(p: List[Tensor]) -> Tensor:
    return p.statistics.deviation.log().sum()


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
    g = tails.backward(gz, gl, (tape.pop() - p.statistics.mean) / p.statistics.deviation)
    return g / p.statistics.deviation, [torch.zeros_like(w) for w in p]
