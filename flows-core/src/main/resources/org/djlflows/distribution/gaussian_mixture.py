# p: logits (K), means (K, D), log standard deviations (K, D).


def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    e = (x.flatten(1).unsqueeze(1) - p[1]) * (-p[2]).exp()
    component = -0.5 * e.square().sum([2]) - p[2].sum([1]) - LOG_NORMALIZER
    return torch.logsumexp(component + torch.log_softmax(p[0], 0), [1])


def sample(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    n = rows.size(0)
    k = torch.multinomial(torch.softmax(p[0], 0), max(n, 1), True)[:n]
    e = torch.randn([n, p[1].size(1)], dtype=rows.dtype, device=rows.device)
    x = (p[1].index_select(0, k) + e * p[2].index_select(0, k).exp()).view([n] + SHAPE)
    return x, log_prob(x, c, p)
