# From shifts and the logarithms of slopes.
def lines(
    shift: Tensor, begin: Tensor, log_slope: Tensor, p: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    return LOG_SCALE + log_slope, torch.sub(shift, begin, alpha=SLOPE)
