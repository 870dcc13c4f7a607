# The probability that an entry of the whole distribution is within.
def mass(p: List[Tensor]) -> Tensor:
    return torch.erf(SQRT_HALF * p.bound)


def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    rows = x.flatten(1)
    density = -0.5 * rows.square().sum([1]) - LOG_NORMALIZER - ENTRIES * mass(p).log()
    return torch.where((rows.abs() <= p.bound).all(1), density, float("-inf"))


# The quantile of a uniform number.
def sample(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    u = torch.rand([rows.size(0)] + SHAPE, dtype=7, device=rows.device)
    x = torch.erfinv((2 * u - 1) * mass(p).double()) / SQRT_HALF
    x = torch.minimum(torch.maximum(x.to(rows.dtype), -p.bound), p.bound)
    return x, log_prob(x, c, p)


def of_uniforms(u: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    x = torch.erfinv((2 * u - 1) * mass(p).double()) / SQRT_HALF
    return x.view([u.size(0)] + SHAPE)
