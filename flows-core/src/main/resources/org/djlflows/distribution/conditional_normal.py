# theta: mean and log standard deviation of each row.


def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    theta = parameters.forward(x, c, p)
    return density(x, theta)


def sample(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    theta = parameters.forward(rows, c, p)
    mean, log_deviation = theta.chunk(2, 1)
    e = torch.randn([rows.size(0)] + SHAPE, dtype=rows.dtype, device=rows.device)
    x = mean + e * log_deviation.exp()
    return x, density(x, theta)


def density(x: Tensor, theta: Tensor) -> Tensor:
    mean, log_deviation = theta.chunk(2, 1)
    e = (x - mean) * (-log_deviation).exp()
    return -0.5 * e.square().sum([1]) - log_deviation.sum([1]) - LOG_NORMALIZER
