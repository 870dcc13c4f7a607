def log_scale(s: Tensor, p: List[Tensor]) -> Tensor:
    return p.range * s.tanh()


def backward(g: Tensor, s: Tensor, p: List[Tensor]) -> Tuple[Tensor, List[Tensor]]:
    y = s.tanh()
    return torch.tanh_backward(g * p.range, y), [(g * y).sum().view_as(p.range)]
