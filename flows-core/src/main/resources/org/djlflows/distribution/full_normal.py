def triangle(p: List[Tensor]) -> Tensor:
    return p.factor.tril(-1) + p.factor.diagonal().exp().diag()


def density(e: Tensor, p: List[Tensor]) -> Tensor:
    return -0.5 * e.square().sum([0]) - p.factor.diagonal().sum() - LOG_NORMALIZER


def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    away = (x - p.mean).flatten(1).t()
    return density(torch.linalg_solve_triangular(triangle(p), away, upper=False), p)


def sample(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    n = rows.size(0)
    e = torch.randn([p.factor.size(0), n], dtype=rows.dtype, device=rows.device)
    x = p.mean + triangle(p).mm(e).t().reshape([n] + SHAPE)
    return x, density(e, p)


def of_uniforms(u: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    e = torch.special_ndtri(u)
    return p.mean + e.mm(triangle(p).t().to(e.dtype)).view([u.size(0)] + SHAPE)
