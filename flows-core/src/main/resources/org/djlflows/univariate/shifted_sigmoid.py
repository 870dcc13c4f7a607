def log_scale(s: Tensor, p: List[Tensor]) -> Tensor:
    return (torch.sigmoid(s + 2.0) + 1e-3).log()
