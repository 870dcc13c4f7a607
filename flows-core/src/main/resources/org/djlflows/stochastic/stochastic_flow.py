def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    z, contribution = layer.forward(x, c, p.of(layer))
    return density.log_prob(z, c, p.of(density)) + contribution


def sample(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    z, log_prob_z = density.sample(rows, c, p.of(density))
    x, contribution = layer.inverse(z, c, p.of(layer))
    return x, log_prob_z + contribution


def record(x: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]) -> Tensor:
    z, contribution = layer.record(x, c, p.of(layer), tape)
    return density.record(z, c, p.of(density), tape) + contribution


def backward(
    g: Tensor,
    c: Optional[Tensor],
    p: List[Tensor],
    tape: List[Tensor],
    gc: List[Tensor],
) -> Tuple[Tensor, List[Tensor]]:
    gz, g_density = density.backward(g, c, p.of(density), tape, gc)
    gx, g_layer = layer.backward(gz, g, c, p.of(layer), tape, gc)
    return gx, g_layer + g_density
