def split(x: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    y = x * LEVELS
    k = y.floor().clamp(0, LEVELS - 1)
    return k, y - k, log_volume(x)


def join(k: Tensor, u: Tensor) -> Tuple[Tensor, Tensor]:
    return (k + u) / LEVELS, log_volume(k)


def log_volume(x: Tensor) -> Tensor:
    return torch.full([x.size(0)], LOG_VOLUME, dtype=x.dtype, device=x.device)


# The middle of the level, moved into the unit interval around 0.
def condition(k: Tensor, c: Optional[Tensor]) -> Tensor:
    return (k + 0.5) / LEVELS - 0.5
