def log_prob(s: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    return log_probability(s, logits.forward(s, c, p.of(logits)))


def sample(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    l = logits.forward(rows, c, p.of(logits))
    u = torch.rand([rows.size(0)] + SHAPE, dtype=rows.dtype, device=rows.device)
    s = torch.where(u < torch.sigmoid(l), 1.0, -1.0).to(rows.dtype)
    return s, log_probability(s, l)


def log_probability(s: Tensor, l: Tensor) -> Tensor:
    return torch.log_sigmoid(s * l).sum([1])
