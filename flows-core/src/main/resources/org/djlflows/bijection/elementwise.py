def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    rows = x.flatten(1)
    z, log_slope = univariate.forward(layout.flat(rows), theta(rows, p), p.of(univariate))
    return layout.shaped(z, rows).reshape(x.size()), layout.sum_of_row(log_slope, rows)


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    rows = z.flatten(1)
    x, log_slope = univariate.inverse(layout.flat(rows), theta(rows, p), p.of(univariate))
    return layout.shaped(x, rows).reshape(z.size()), layout.sum_of_row(log_slope, rows)


# The same for each row.
def theta(rows: Tensor, p: List[Tensor]) -> Tensor:
    return p.theta.unsqueeze(3).expand(-1, -1, -1, rows.size(0)).flatten(2)


def record(
    x: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    rows = x.flatten(1)
    z, log_slope = univariate.record(layout.flat(rows), theta(rows, p), p.of(univariate), tape)
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
    g_theta = g_theta.unflatten(2, [rows.size(1), rows.size(0)]).sum([3])
    return layout.shaped(g, rows).reshape(gz.size()), [g_theta] + g_maps
