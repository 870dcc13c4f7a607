def forward(c: Optional[Tensor], p: List[Tensor]) -> Optional[Tensor]:
    if c is None:
        return c
    else:
        return network.forward(c, None, p)


def record(c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]) -> Optional[Tensor]:
    if c is None:
        return c
    else:
        return network.record(c, None, p, tape)


def backward(
    ge: List[Tensor], p: List[Tensor], tape: List[Tensor], gc: List[Tensor]
) -> List[Tensor]:
    g = ge[0]
    for i in range(1, len(ge)):
        g = g + ge[i]
    g, gp = network.backward(g, None, p, tape, [])
    gc.append(g)
    return gp
