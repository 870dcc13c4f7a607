# theta(rows, c, p), its record and backward, and begin_at(fitted, p) are those of conditional_maps.py, or
# of same_maps.py with free_maps.py or shared_maps.py.
def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    rows = x.flatten(1)
    z, log_slope = univariate.forward(layout.flat(rows), theta(rows, c, p), p.of(univariate))
    return layout.shaped(z, rows).reshape(x.size()), layout.sum_of_row(log_slope, rows)


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    rows = z.flatten(1)
    x, log_slope = univariate.inverse(layout.flat(rows), theta(rows, c, p), p.of(univariate))
    return layout.shaped(x, rows).reshape(z.size()), layout.sum_of_row(log_slope, rows)


def record(
    x: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    rows = x.flatten(1)
    t = theta_record(rows, c, p, tape)
    z, log_slope = univariate.record(layout.flat(rows), t, p.of(univariate), tape)
    return layout.shaped(z, rows).reshape(x.size()), layout.sum_of_row(log_slope, rows)


def backward(
    gz: Tensor,
    gl: Tensor,
    c: Optional[Tensor],
    p: List[Tensor],
    tape: List[Tensor],
    gc: List[Tensor],
) -> Tuple[Tensor, List[Tensor]]:
    rows = gz.flatten(1)
    g, g_theta, g_maps = univariate.backward(
        layout.flat(rows), layout.each_of_row(gl, rows), p.of(univariate), tape
    )
    g_own = theta_backward(g_theta, rows, p, tape, gc)
    return layout.shaped(g, rows).reshape(gz.size()), g_own + g_maps
