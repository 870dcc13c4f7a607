def record(
    x: Tensor, theta: Tensor, p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    torch.set_grad_enabled(True)
    x = autograd.leaf(x)
    theta = autograd.leaf(theta)
    z, log_slope = forward(x, theta, p)
    torch.set_grad_enabled(False)
    tape += [x, theta, z, log_slope]
    return z.detach(), log_slope.detach()


def backward(
    gz: Tensor, gl: Tensor, p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor, List[Tensor]]:
    torch.set_grad_enabled(True)
    total = (gl * tape.pop()).sum()
    total = total + (gz * tape.pop()).sum()
    torch.set_grad_enabled(False)
    theta = tape.pop()
    g_theta: List[Tensor] = []
    gx, gp = autograd.gradients(total, tape.pop(), theta, p, g_theta)
    return gx, g_theta[0], gp
