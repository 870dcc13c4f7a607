def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    if TRAINING:
        return -0.5 * mismatch(x, c, p).square().sum([1])
    else:
        z, log_det = flow.forward(x, c, p.of(flow))
        return base.log_prob(z, c, p.of(base)) + log_det


# At a random time of the straight path from x to noise: the velocity less that of the path. The times
# of a batch are evenly spread, which makes their mean less random.
def mismatch(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    n = x.size(0)
    z = base.sample(x, c, p.of(base))[0]
    even = torch.arange(n, dtype=x.dtype, device=x.device) / max(n, 1)
    t = torch.frac(torch.rand([1], dtype=x.dtype, device=x.device) + even).unsqueeze(1)
    return flow.velocity(torch.lerp(x, z, t), t, c, p.of(flow)) - (z - x)


def sample(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    z, log_prob_z = base.sample(rows, c, p.of(base))
    x, log_det = flow.inverse(z, c, p.of(flow))
    return x, log_prob_z - log_det
