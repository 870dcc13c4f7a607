# The degrees of freedom, which are above 1.
def degrees(p: List[Tensor]) -> Tensor:
    return 1 + p.log_degrees.exp()


# log gamma(h + 1/2) - log gamma(h) - log(h) / 2, for large h by its series: the two terms cancel.
def log_ratio(h: Tensor) -> Tensor:
    small = h.clamp_max(20)
    direct = torch.lgamma(small + 0.5) - torch.lgamma(small) - 0.5 * small.log()
    q = 1 / h.clamp_min(20)
    q2 = q.square()
    series = q * (-1 / 8 + q2 * (1 / 192 + q2 * (-1 / 640 + q2 * (17 / 14336))))
    return torch.where(h < 20, direct, series)


def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    nu = degrees(p)
    e = (x - p.mean) * (-p.log_scale).exp()
    far = 0.5 * (nu + 1) * torch.log1p(e.square() / nu)
    return (log_ratio(0.5 * nu) - HALF_LOG_TWO_PI - p.log_scale - far).flatten(1).sum([1])


# A normal number by the root of a chi-squared one.
def sample(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    e = torch.randn([rows.size(0)] + SHAPE, dtype=rows.dtype, device=rows.device)
    h = (0.5 * degrees(p)).expand_as(e)
    mean_square = torch._standard_gamma(h).clamp_min(1e-30) / h
    x = p.mean + p.log_scale.exp() * e * mean_square.rsqrt()
    return x, log_prob(x, c, p)


# By the polar method of Bailey, of two numbers for each entry: the distance and the angle.
def of_uniforms(u: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    nu = degrees(p).to(u.dtype)
    distance, angle = u.view([u.size(0), 2] + SHAPE).unbind(1)
    e = (nu * torch.expm1(-2 / nu * distance.log())).sqrt() * torch.cos(2 * PI * angle)
    return p.mean + e * p.log_scale.exp()
