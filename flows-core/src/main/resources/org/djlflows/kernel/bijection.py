def record(
    x: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    torch.set_grad_enabled(True)
    x = autograd.leaf(x)
    tape.append(x)
    if c is not None:
        c = autograd.leaf(c)
        tape.append(c)
    z, log_det = forward(x, c, p)
    torch.set_grad_enabled(False)
    tape.extend([z, log_det])
    return z.detach(), log_det.detach()


def backward(
    gz: Tensor,
    gl: Tensor,
    c: Optional[Tensor],
    p: List[Tensor],
    tape: List[Tensor],
    gc: List[Tensor],
) -> Tuple[Tensor, List[Tensor]]:
    return autograd.gradients([gz, gl], c is not None, p, tape, gc)
