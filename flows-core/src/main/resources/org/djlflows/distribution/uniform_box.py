def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    inside = ((x >= LOW) & (x <= HIGH)).flatten(1).all(1)
    density = torch.full([x.size(0)], LOG_DENSITY, dtype=x.dtype, device=x.device)
    return torch.where(inside, density, float("-inf"))


def sample(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    u = torch.rand([rows.size(0)] + SHAPE, dtype=rows.dtype, device=rows.device)
    x = (LOW + (HIGH - LOW) * u).clamp(LOW, HIGH)
    return x, log_prob(x, c, p)


def of_uniforms(u: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    return (LOW + (HIGH - LOW) * u).view([u.size(0)] + SHAPE)
