def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    return record(x, c, p, [])


def record(x: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]) -> Tensor:
    h = x
    if c is not None:
        h = torch.cat([x, c], 1)
    for i in range(LAYERS):
        tape.append(h)
        h = activation.record(torch.linear(h, p.layer[i].weight, p.layer[i].bias), tape)
    return h


def backward(
    g: Tensor,
    c: Optional[Tensor],
    p: List[Tensor],
    tape: List[Tensor],
    gc: List[Tensor],
) -> Tuple[Tensor, List[Tensor]]:
    gp: List[Tensor] = []
    for k in range(LAYERS):
        g = activation.backward(g, tape)
        h = tape.pop()
        gp = [g.t().mm(h), g.sum([0])] + gp
        g = g.mm(p.layer[LAYERS - 1 - k].weight)
    if c is not None:
        gc.append(g[:, g.size(1) - c.size(1) :])
        g = g[:, : g.size(1) - c.size(1)]
    return g, gp
