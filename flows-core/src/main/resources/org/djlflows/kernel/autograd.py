# From the gradients g of outputs, the last on the tape, those of x and of each of p; that of the
# context is appended to gc. On the tape the context, if there is one, lies above x.
def gradients(
    g: List[Tensor],
    has_context: bool,
    p: List[Tensor],
    tape: List[Tensor],
    gc: List[Tensor],
) -> Tuple[Tensor, List[Tensor]]:
    torch.set_grad_enabled(True)
    total = (g[-1] * tape.pop()).sum()
    for k in range(1, len(g)):
        total = total + (g[len(g) - 1 - k] * tape.pop()).sum()
    torch.set_grad_enabled(False)
    inputs: List[Tensor] = []
    if has_context:
        inputs.append(tape.pop())
    inputs.append(tape.pop())
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

    if has_context:
        gc.append(found.pop(0))
    gx = found.pop(0)
    gp: List[Tensor] = []
    for w in p:
        if w.requires_grad:
            gp.append(found.pop(0))
        else:
            gp.append(torch.zeros_like(w))
    return gx, gp


def leaf(x: Tensor) -> Tensor:
    return x.detach().requires_grad_()
