def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    h, log_det = scale.forward(x, c, p.of(scale))
    going_on, leaving = h.chunk(2, 1)
    z, log_det_of_rest = rest.forward(going_on, c, p.of(rest))
    return joined(leaving, z), log_det + log_det_of_rest


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    leaving, z_of_rest = divided(z)
    going_on, log_det_of_rest = rest.inverse(z_of_rest, c, p.of(rest))
    x, log_det = scale.inverse(torch.cat([going_on, leaving], 1), c, p.of(scale))
    return x, log_det + log_det_of_rest


def joined(leaving: Tensor, z_of_rest: Tensor) -> Tensor:
    return torch.cat([leaving.flatten(1), z_of_rest.flatten(1)], 1)


def divided(z: Tensor) -> Tuple[Tensor, Tensor]:
    return z[:, :ENTRIES].unflatten(1, HALF), z[:, ENTRIES:].unflatten(1, NOISE)


def record(
    x: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    h, log_det = scale.record(x, c, p.of(scale), tape)
    going_on, leaving = h.chunk(2, 1)
    z, log_det_of_rest = rest.record(going_on, c, p.of(rest), tape)
    return joined(leaving, z), log_det + log_det_of_rest


def backward(
    gz: Tensor,
    gl: Tensor,
    c: Optional[Tensor],
    p: List[Tensor],
    tape: List[Tensor],
    gc: List[Tensor],
) -> Tuple[Tensor, List[Tensor]]:
    leaving, gz_of_rest = divided(gz)
    going_on, g_rest = rest.backward(gz_of_rest, gl, c, p.of(rest), tape, gc)
    h = torch.cat([going_on, leaving], 1)
    gx, g_scale = scale.backward(h, gl, c, p.of(scale), tape, gc)
    return gx, g_scale + g_rest
