def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    return record(x, c, p, [])


def record(x: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]) -> Tensor:
    h = x
    if c is not None:
        h = torch.cat([x, c], 1)
    tape.append(h)
    h = torch.linear(h, p.first_weight, p.first_bias)
    for i in range(BLOCKS):
        r0 = activation.record(h, tape)
        r1 = activation.record(torch.linear(r0, p.block[i].first_weight, p.block[i].first_bias), tape)
        r = torch.linear(r1, p.block[i].second_weight, p.block[i].second_bias)
        tape.extend([r0, r1])
        if GATED and c is not None:
            gate = torch.linear(c, p.gate[i].weight, p.gate[i].bias).sigmoid()
            tape.extend([r, gate])
            r = r * gate
        h = h + r
    return h


def backward(
    g: Tensor,
    c: Optional[Tensor],
    p: List[Tensor],
    tape: List[Tensor],
    gc: List[Tensor],
) -> Tuple[Tensor, List[Tensor]]:
    layers: List[Tensor] = []
    gates: List[Tensor] = []
    for k in range(BLOCKS):
        i = BLOCKS - 1 - k
        gr = g
        if GATED and c is not None:
            gate = tape.pop()
            gv = torch.sigmoid_backward(g * tape.pop(), gate)
            gr = g * gate
            gates = [gv.t().mm(c), gv.sum([0])] + gates
            gc.append(gv.mm(p.gate[i].weight))
        r1 = tape.pop()
        r0 = tape.pop()
        g1 = activation.backward(gr.mm(p.block[i].second_weight), tape)
        layers = [g1.t().mm(r0), g1.sum([0]), gr.t().mm(r1), gr.sum([0])] + layers
        g = g + activation.backward(g1.mm(p.block[i].first_weight), tape)
    h = tape.pop()
    layers = [g.t().mm(h), g.sum([0])] + layers
    g = g.mm(p.first_weight)
    if c is not None:
        gc.append(g[:, g.size(1) - c.size(1) :])
        g = g[:, : g.size(1) - c.size(1)]
    return g, layers + gates
