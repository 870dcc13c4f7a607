def log_scale(s: Tensor, p: List[Tensor]) -> Tensor:
    return (torch.sigmoid(s + 2.0) + 1e-3).log()


def backward(g: Tensor, s: Tensor, p: List[Tensor]) -> Tuple[Tensor, List[Tensor]]:
    y = torch.sigmoid(s + 2.0)
    return torch.sigmoid_backward(g, y) / (y + 1e-3), []
