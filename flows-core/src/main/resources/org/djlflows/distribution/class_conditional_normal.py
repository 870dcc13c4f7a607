# The mean and the log standard deviation of each row.
def of_class(c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    assert c is not None
    return c.mm(p.means), c.mm(p.log_deviations)


def density(e: Tensor, log_deviation: Tensor) -> Tensor:
    return -0.5 * e.square().sum([1]) - log_deviation.sum([1]) - LOG_NORMALIZER


def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    mean, log_deviation = of_class(c, p)
    return density((x.flatten(1) - mean) * (-log_deviation).exp(), log_deviation)


def sample(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    mean, log_deviation = of_class(c, p)
    e = torch.randn_like(mean)
    x = mean + e * log_deviation.exp()
    return x.view([rows.size(0)] + SHAPE), density(e, log_deviation)


def of_uniforms(u: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    mean, log_deviation = of_class(c, p)
    x = mean + torch.special_ndtri(u) * log_deviation.exp()
    return x.view([u.size(0)] + SHAPE)
