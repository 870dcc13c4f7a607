# The gradients of a sum: to x and to each of p; that to c is appended to gc.
def gradients(
    total: Tensor, x: Tensor, c: Optional[Tensor], p: List[Tensor], gc: List[Tensor]
) -> Tuple[Tensor, List[Tensor]]:
    inputs = [x]
    if c is not None:
        inputs.append(c)
    for w in p:
        if w.requires_grad:
            inputs.append(w)
    found: List[Tensor] = []
    if total.requires_grad:
        computed = torch.grad([total], inputs, allow_unused=True)
        for i in range(len(inputs)):
            gradient = computed[i]
            if gradient is None:
                found.append(torch.zeros_like(inputs[i]))
            else:
                found.append(gradient)
    else:
        for i in range(len(inputs)):
            found.append(torch.zeros_like(inputs[i]))

    gx = found.pop(0)
    if c is not None:
        gc.append(found.pop(0))
    gp: List[Tensor] = []
    for w in p:
        if w.requires_grad:
            gp.append(found.pop(0))
        else:
            gp.append(torch.zeros_like(w))
    return gx, gp


def leaf(x: Tensor) -> Tensor:
    return x.detach().requires_grad_()
