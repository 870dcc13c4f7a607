# The unconstrained slopes at all knots: the first is that at the other end too.
def at_all(free: Tensor) -> Tensor:
    return torch.cat([free, free.narrow(1, 0, 1)], 1)


def at_all_backward(g: Tensor) -> Tensor:
    return torch.cat([g[:, :1] + g[:, -1:], g[:, 1:-1]], 1)
