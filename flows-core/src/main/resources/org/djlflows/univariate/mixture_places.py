# From places and scales, which are clipped softly.
def lines(
    place: Tensor, begin: Tensor, scale: Tensor, p: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    log_scale = LOG_SCALE - scale_map.log_scale(scale, p)
    return log_scale, -(place + begin) * log_scale.exp()
