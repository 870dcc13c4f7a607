def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    if DROPS and c is not None:
        c = with_some_dropped(c)
    return density.log_prob(with_noise(x), c, p)


def sample(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return density.sample(rows, c, p)


def with_noise(x: Tensor) -> Tensor:
    return torch.add(x, torch.randn_like(x), alpha=DEVIATION)


def with_some_dropped(c: Tensor) -> Tensor:
    return dropped_where(kept(c), c)


# 1 for rows that keep their class and 0 for others.
def kept(c: Tensor) -> Tensor:
    return torch.rand_like(c[:, :1]).ge(DROPOUT).to(c.dtype)


def dropped_where(keep: Tensor, c: Tensor) -> Tensor:
    return torch.lerp(torch.full_like(c, 1.0 / c.size(1)), c, keep)


def record(x: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]) -> Tensor:
    x = with_noise(x)
    if c is None or not DROPS:
        return density.record(x, c, p, tape)
    keep = kept(c)
    seen = dropped_where(keep, c)
    log_prob = density.record(x, seen, p, tape)
    tape.extend([keep, seen])
    return log_prob


def backward(
    g: Tensor,
    c: Optional[Tensor],
    p: List[Tensor],
    tape: List[Tensor],
    gc: List[Tensor],
) -> Tuple[Tensor, List[Tensor]]:
    if c is None or not DROPS:
        return density.backward(g, c, p, tape, gc)
    seen = tape.pop()
    keep = tape.pop()
    found: List[Tensor] = []
    gx, gp = density.backward(g, seen, p, tape, found)
    for g_seen in found:
        gc.append(g_seen * keep)
    return gx, gp
