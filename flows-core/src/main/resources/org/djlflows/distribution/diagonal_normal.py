def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    e = (x - p.mean) * (-p.log_deviation).exp()
    return -0.5 * e.flatten(1).square().sum([1]) - p.log_deviation.sum() - LOG_NORMALIZER


def sample(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    e = torch.randn([rows.size(0)] + SHAPE, dtype=rows.dtype, device=rows.device)
    x = p.mean + e * p.log_deviation.exp()
    return x, log_prob(x, c, p)


def of_uniforms(u: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    e = torch.special_ndtri(u).view([u.size(0)] + SHAPE)
    return p.mean + e * p.log_deviation.exp()
