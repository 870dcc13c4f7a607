def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    v = x[:, 0]
    first = -0.5 * (v / DEVIATION).square() - LOG_DEVIATION
    # Scaled before it is squared: far out the square alone would overflow.
    e = x[:, 1:] * (-0.5 * v).exp().unsqueeze(1)
    others = -0.5 * e.square().sum([1]) - 0.5 * (x.size(1) - 1) * v
    return first + others - LOG_NORMALIZER


def sample(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    e = torch.randn([rows.size(0)] + SHAPE, dtype=rows.dtype, device=rows.device)
    v = DEVIATION * e[:, :1]
    x = torch.cat([v, e[:, 1:] * (0.5 * v).exp()], 1)
    return x, log_prob(x, c, p)
