# From the context of each row.
def theta(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    assert c is not None
    return layout.theta(conditioner.forward(c, None, p.of(conditioner)), p.weight, p.bias)


# The same maps for each context, from which training starts.
def begin_at(fitted: Tensor, p: List[Tensor]) -> None:
    p.bias.copy_(fitted.flatten())


def theta_record(
    rows: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]
) -> Tensor:
    assert c is not None
    h = conditioner.record(c, None, p.of(conditioner), tape)
    tape.append(h)
    return layout.theta(h, p.weight, p.bias)


def theta_backward(
    g: Tensor, rows: Tensor, p: List[Tensor], tape: List[Tensor], gc: List[Tensor]
) -> List[Tensor]:
    g_h, g_own = layout.theta_backward(g, tape.pop(), p.weight)
    g_c, g_conditioner = conditioner.backward(g_h, None, p.of(conditioner), tape, gc)
    gc.append(g_c)
    return g_own + [torch.zeros_like(p.fitted)] + g_conditioner
