# The parameters of the scalar maps by a linear map of the coupling.
def theta(h: Tensor, p: List[Tensor]) -> Tensor:
    return layout.theta(h, p.weight, p.bias)


def theta_backward(g: Tensor, h: Tensor, p: List[Tensor]) -> Tuple[Tensor, List[Tensor]]:
    return layout.theta_backward(g, h, p.weight)
