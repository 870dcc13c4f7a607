def record(
    x: Tensor, theta: Tensor, p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    torch.set_grad_enabled(True)
    x = autograd.leaf(x)
    theta = autograd.leaf(theta)
    z, log_slope = forward(x, theta, p)
    torch.set_grad_enabled(False)
    tape.extend([x, theta, z, log_slope])
    return z.detach(), log_slope.detach()


def backward(
    gz: Tensor, gl: Tensor, p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor, List[Tensor]]:
    # theta lies where the context of other kernels does.
    g_theta: List[Tensor] = []
    gx, gp = autograd.gradients([gz, gl], True, p, tape, g_theta)
    return gx, g_theta[0], gp
