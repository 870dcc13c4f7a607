# The conditioner makes the parameters of the scalar maps itself.
def theta(h: Tensor, p: List[Tensor]) -> Tensor:
    return layout.arranged(h)


def theta_backward(g: Tensor, h: Tensor, p: List[Tensor]) -> Tuple[Tensor, List[Tensor]]:
    return layout.arranged_backward(g, h), []
