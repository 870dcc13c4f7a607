# The unconstrained slopes at all knots: those at the ends are 0, which becomes 1, the slope of the
# tails.
def at_all(inner: Tensor) -> Tensor:
    end = torch.zeros_like(inner.narrow(1, 0, 1))
    return torch.cat([end, inner, end], 1)


def at_all_backward(g: Tensor) -> Tensor:
    return g[:, 1:-1]
