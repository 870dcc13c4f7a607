def of(h: Tensor, mean: Tensor, variance: Tensor) -> Tensor:
    return torch.batch_norm(h, None, None, mean, variance, False, 0.0, 1e-4, False)
