# The network gives mean and log standard deviation of each row.


def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    mean, log_deviation = parameters.forward(x, c, p).chunk(2, 1)
    return density((x - mean) * (-log_deviation).exp(), log_deviation)


def sample(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    mean, log_deviation = parameters.forward(rows, c, p).chunk(2, 1)
    e = torch.randn([rows.size(0)] + SHAPE, dtype=rows.dtype, device=rows.device)
    return mean + e * log_deviation.exp(), density(e, log_deviation)


def density(e: Tensor, log_deviation: Tensor) -> Tensor:
    return -0.5 * e.square().sum([1]) - log_deviation.sum([1]) - LOG_NORMALIZER


def of_uniforms(u: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    mean, log_deviation = parameters.forward(u, c, p).chunk(2, 1)
    return mean + torch.special_ndtri(u) * log_deviation.exp()
