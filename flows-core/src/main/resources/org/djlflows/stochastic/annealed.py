# A density of which nothing is taken has no part, also where its logarithm is not finite.
def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    from_start = (1 - p.share) * start.log_prob(x, c, p.of(start))
    from_target = p.share * target.log_prob(x, c, p.of(target))
    zero = torch.zeros_like(from_start)
    return torch.where(p.share < 1, from_start, zero) + torch.where(p.share > 0, from_target, zero)
