def denoise(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    torch.set_grad_enabled(True)
    x = x.detach().requires_grad_()
    log_prob = density.log_prob(x, c, p.of(density)).sum()
    torch.set_grad_enabled(False)
    score = torch.grad([log_prob], [x])[0]
    assert score is not None
    return torch.addcmul(x.detach(), score, p.variance)
