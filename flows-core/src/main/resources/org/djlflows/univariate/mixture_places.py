# Places, and the steepness from scales, which are clipped softly.
def lines(
    place: Tensor, begin: Tensor, scale: Tensor, p: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    return place + begin, (LOG_SCALE - scale_map.log_scale(scale, p)).exp()


# g_log is the gradient of the logarithms of the steepness.
def lines_backward(
    g_place: Tensor,
    g_log: Tensor,
    place: Tensor,
    begin: Tensor,
    scale: Tensor,
    p: List[Tensor],
) -> Tuple[Tensor, Tensor]:
    return g_place, scale_map.backward(-g_log, scale, p)[0]
