# The shapes: logits (K), means (K, D), log_deviations (K, D).


def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    e = (x.flatten(1).unsqueeze(1) - p.means) * (-p.log_deviations).exp()
    component = -0.5 * e.square().sum([2]) - p.log_deviations.sum([1]) - LOG_NORMALIZER
    return torch.logsumexp(component + torch.log_softmax(p.logits, 0), [1])


def sample(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    n = rows.size(0)
    k = torch.multinomial(torch.softmax(p.logits, 0), max(n, 1), True)[:n]
    e = torch.randn([n, p.means.size(1)], dtype=rows.dtype, device=rows.device)
    x = p.means.index_select(0, k) + e * p.log_deviations.index_select(0, k).exp()
    x = x.view([n] + SHAPE)
    return x, log_prob(x, c, p)


# The first number picks the component.
def of_uniforms(u: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    ends = torch.softmax(p.logits.to(u.dtype), 0).cumsum(0)[:-1].contiguous()
    k = torch.searchsorted(ends, u[:, 0].contiguous(), right=True)
    e = torch.special_ndtri(u[:, 1:])
    x = p.means.index_select(0, k) + e * p.log_deviations.index_select(0, k).exp()
    return x.view([u.size(0)] + SHAPE)
