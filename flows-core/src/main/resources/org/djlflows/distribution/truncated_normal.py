# The probability that an entry of the whole distribution is within.
def mass(p: List[Tensor]) -> Tensor:
    return torch.erf(SQRT_HALF * p.bound)


def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    rows = x.flatten(1)
    density = -0.5 * rows.square().sum([1]) - LOG_NORMALIZER - ENTRIES * mass(p).log()
    return torch.where((rows.abs() <= p.bound).all(1), density, float("-inf"))


def sample(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    u = torch.rand([rows.size(0)] + SHAPE, dtype=7, device=rows.device)
    x = quantile(u, p).to(rows.dtype)
    return x, log_prob(x, c, p)


def of_uniforms(u: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    return quantile(u, p).view([u.size(0)] + SHAPE)


# Of a uniform number in float64. The mass can be rounded up, and with it what is outermost.
def quantile(u: Tensor, p: List[Tensor]) -> Tensor:
    bound = p.bound.double()
    x = torch.erfinv((2 * u - 1) * mass(p).double()) / SQRT_HALF
    return torch.minimum(torch.maximum(x, -bound), bound)
