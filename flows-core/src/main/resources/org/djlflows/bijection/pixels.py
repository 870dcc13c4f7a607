# A map of vectors at each place of an image: all places of all images are its rows. Channels and
# rows lie as (channels, rows) in memory, which costs no transposition.


def rows(x: Tensor) -> Tensor:
    return x.transpose(0, 1).flatten(1).t()


def image(y: Tensor, x: Tensor) -> Tensor:
    return y.t().unflatten(1, [x.size(0)] + PLACES).transpose(0, 1)


def sum_of_image(log_det: Tensor, x: Tensor) -> Tensor:
    return log_det.unflatten(0, [x.size(0), COUNT]).sum([1])


def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    z, log_det = vectors.forward(rows(x), None, p)
    return image(z, x), sum_of_image(log_det, x)


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    x, log_det = vectors.inverse(rows(z), None, p)
    return image(x, z), sum_of_image(log_det, z)


def record(
    x: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    z, log_det = vectors.record(rows(x), None, p, tape)
    return image(z, x), sum_of_image(log_det, x)


def backward(
    gz: Tensor,
    gl: Tensor,
    c: Optional[Tensor],
    p: List[Tensor],
    tape: List[Tensor],
    gc: List[Tensor],
) -> Tuple[Tensor, List[Tensor]]:
    gl_of_place = gl.unsqueeze(1).expand([-1, COUNT]).flatten()
    gx, gp = vectors.backward(rows(gz), gl_of_place, None, p, tape, gc)
    return image(gx, gz), gp
