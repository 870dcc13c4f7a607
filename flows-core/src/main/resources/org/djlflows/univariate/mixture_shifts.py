# Places and steepness from shifts and the logarithms of slopes.
def lines(
    shift: Tensor, begin: Tensor, log_slope: Tensor, p: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    steepness = (LOG_SCALE + log_slope).exp()
    return (SLOPE * begin - shift) / steepness, steepness


# g_log is the gradient of the logarithms of the steepness.
def lines_backward(
    g_place: Tensor,
    g_log: Tensor,
    shift: Tensor,
    begin: Tensor,
    log_slope: Tensor,
    p: List[Tensor],
) -> Tuple[Tensor, Tensor]:
    place, steepness = lines(shift, begin, log_slope, p)
    return -g_place / steepness, torch.addcmul(g_log, g_place, place, value=-1)
