# p: weight and bias of the first layer, of two layers for each block, of one gate for each block.


def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    return record(x, c, p, [])


def record(x: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]) -> Tensor:
    h = x
    if c is not None:
        h = torch.cat([x, c], 1)
    tape.append(h)
    h = torch.linear(h, p[0], p[1])
    for i in range(BLOCKS):
        b = 2 + 4 * i
        r0 = activation.record(h, tape)
        r1 = activation.record(torch.linear(r0, p[b], p[b + 1]), tape)
        r = torch.linear(r1, p[b + 2], p[b + 3])
        tape.extend([r0, r1])
        if c is not None:
            g = 2 + 4 * BLOCKS + 2 * i
            gate = torch.linear(c, p[g], p[g + 1]).sigmoid()
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
        b = 2 + 4 * i
        gr = g
        if c is not None:
            gate = tape.pop()
            gv = torch.sigmoid_backward(g * tape.pop(), gate)
            gr = g * gate
            gates = [gv.t().mm(c), gv.sum([0])] + gates
            gc.append(gv.mm(p[2 + 4 * BLOCKS + 2 * i]))
        r1 = tape.pop()
        r0 = tape.pop()
        g1 = activation.backward(gr.mm(p[b + 2]), tape)
        layers = [g1.t().mm(r0), g1.sum([0]), gr.t().mm(r1), gr.sum([0])] + layers
        g = g + activation.backward(g1.mm(p[b]), tape)
    h = tape.pop()
    layers = [g.t().mm(h), g.sum([0])] + layers
    g = g.mm(p[0])
    if c is not None:
        gc.append(g[:, g.size(1) - c.size(1) :])
        g = g[:, : g.size(1) - c.size(1)]
    return g, layers + gates
