def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    return -0.5 * x.flatten(1).square().sum([1]) - LOG_NORMALIZER


def sample(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    x = torch.randn([rows.size(0)] + SHAPE, dtype=rows.dtype, device=rows.device)
    return x, log_prob(x, c, p)


def of_uniforms(u: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    return torch.special_ndtri(u).view([u.size(0)] + SHAPE)


def record(x: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]) -> Tensor:
    tape.append(x)
    return log_prob(x, c, p)


def backward(
    g: Tensor,
    c: Optional[Tensor],
    p: List[Tensor],
    tape: List[Tensor],
    gc: List[Tensor],
) -> Tuple[Tensor, List[Tensor]]:
    x = tape.pop()
    return (x.flatten(1) * -g.unsqueeze(1)).view_as(x), []
