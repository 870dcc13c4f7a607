def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    return torch.lerp(
        start.log_prob(x, c, p.of(start)), target.log_prob(x, c, p.of(target)), p.share
    )
