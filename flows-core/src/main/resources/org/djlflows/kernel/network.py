def record(x: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]) -> Tensor:
    torch.set_grad_enabled(True)
    x = autograd.leaf(x)
    tape.append(x)
    if c is not None:
        c = autograd.leaf(c)
        tape.append(c)
    y = FUNCTION(x, c, p)
    torch.set_grad_enabled(False)
    tape.append(y)
    return y.detach()


def backward(
    g: Tensor,
    c: Optional[Tensor],
    p: List[Tensor],
    tape: List[Tensor],
    gc: List[Tensor],
) -> Tuple[Tensor, List[Tensor]]:
    return autograd.gradients([g], c is not None, p, tape, gc)
