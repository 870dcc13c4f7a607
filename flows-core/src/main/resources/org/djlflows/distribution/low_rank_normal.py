def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    scale = (-p.log_deviation).exp()
    e = ((x - p.mean) * scale).flatten(1)
    v = p.factors * scale.flatten().unsqueeze(1)
    identity = torch.eye(RANK, dtype=x.dtype, device=x.device)
    triangle, info = torch.linalg_cholesky_ex(identity + v.t().mm(v))
    triangle = torch.where(info == 0, triangle, float("nan"))
    common = torch.linalg_solve_triangular(triangle, e.mm(v).t(), upper=False)
    log_det = p.log_deviation.sum() + triangle.diagonal().log().sum()
    return 0.5 * (common.square().sum([0]) - e.square().sum([1])) - log_det - LOG_NORMALIZER


def sample(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    n = rows.size(0)
    e = torch.randn([n] + SHAPE, dtype=rows.dtype, device=rows.device)
    f = torch.randn([n, RANK], dtype=rows.dtype, device=rows.device)
    x = p.mean + e * p.log_deviation.exp() + f.mm(p.factors.t()).view([n] + SHAPE)
    return x, log_prob(x, c, p)


# The entries first, then the common factors.
def of_uniforms(u: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    e = torch.special_ndtri(u)
    f = e[:, e.size(1) - RANK :].mm(p.factors.t().to(e.dtype))
    own = e[:, : e.size(1) - RANK] * p.log_deviation.exp().flatten()
    return p.mean + (own + f).view([u.size(0)] + SHAPE)
