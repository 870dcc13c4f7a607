def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    e = (x - p.mean) * (-p.log_scale).exp()
    return -e.flatten(1).abs().sum([1]) - p.log_scale.sum() - LOG_NORMALIZER


# The difference of two exponential numbers.
def sample(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    two = torch.rand([2, rows.size(0)] + SHAPE, dtype=rows.dtype, device=rows.device)
    above, below = torch.log1p(-two).unbind(0)
    x = p.mean + (below - above) * p.log_scale.exp()
    return x, log_prob(x, c, p)


def of_uniforms(u: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    side = (2 * u - 1).view([u.size(0)] + SHAPE)
    return p.mean - side.sign() * torch.log1p(-side.abs()) * p.log_scale.exp()
