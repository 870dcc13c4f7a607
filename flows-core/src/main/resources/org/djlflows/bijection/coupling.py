def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return forward_from(x, conditioner.forward(mask.kept(x), c, p.of(conditioner)), p)


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return inverse_from(z, conditioner.forward(mask.kept(z), c, p.of(conditioner)), p)


# The part that passes unchanged, for a conditioner that is called from Java.
def kept(x: Tensor, p: List[Tensor]) -> Tensor:
    return mask.kept(x)


# The two directions from the output h of the conditioner.
def forward_from(x: Tensor, h: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    moved = mask.moved(x)
    theta = output.theta(mask.at_moved(h), p)
    z, log_slope = univariate.forward(layout.flat(moved), theta, p.of(univariate))
    joined = mask.joined(mask.kept(x), layout.shaped(z, moved))
    return joined, layout.sum_of_row(log_slope, moved)


def inverse_from(z: Tensor, h: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    moved = mask.moved(z)
    theta = output.theta(mask.at_moved(h), p)
    x, log_slope = univariate.inverse(layout.flat(moved), theta, p.of(univariate))
    joined = mask.joined(mask.kept(z), layout.shaped(x, moved))
    return joined, layout.sum_of_row(log_slope, moved)


def record(
    x: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    kept = mask.kept(x)
    moved = mask.moved(x)
    h_moved = mask.at_moved(conditioner.record(kept, c, p.of(conditioner), tape))
    theta = output.theta(h_moved, p)
    z, log_slope = univariate.record(layout.flat(moved), theta, p.of(univariate), tape)
    tape.append(h_moved)
    return mask.joined(kept, layout.shaped(z, moved)), layout.sum_of_row(log_slope, moved)


def backward(
    gz: Tensor,
    gl: Tensor,
    c: Optional[Tensor],
    p: List[Tensor],
    tape: List[Tensor],
    gc: List[Tensor],
) -> Tuple[Tensor, List[Tensor]]:
    h_moved = tape.pop()
    moved = mask.moved(gz)
    gx, g_theta, g_maps = univariate.backward(
        layout.flat(moved), layout.each_of_row(gl, moved), p.of(univariate), tape
    )
    g_h, g_own = output.theta_backward(g_theta, h_moved, p)
    gh = mask.at_moved_backward(g_h)
    g_kept, g_conditioner = conditioner.backward(gh, c, p.of(conditioner), tape, gc)
    g = mask.joined(mask.kept(gz) + g_kept, layout.shaped(gx, moved))
    return g, g_own + g_conditioner + g_maps
