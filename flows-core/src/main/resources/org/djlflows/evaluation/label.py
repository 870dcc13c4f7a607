def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    logit = logit_of(c, p)
    return (x * logit - torch.softplus(logit)).sum([1])


def sample(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    x = torch.bernoulli(logit_of(c, p).sigmoid())
    return x, log_prob(x, c, p)


def logit_of(c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    assert c is not None
    return torch.linear(network.forward(c, None, p.of(network)), p.weight, p.bias)
