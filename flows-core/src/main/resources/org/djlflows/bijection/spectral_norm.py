# A matrix divided by norm / COEFFICIENT where that is above 1; appends the factor and what backward
# takes. The norm is tr((W'W)^(q+1))^(1/(2q+2)) for q = 8^ROUNDS: never below the spectral norm, and
# above it by a factor of at most n^(1/(2q+2)) for n singular values. The gradient of its logarithm is
# W (W'W)^q / tr((W'W)^(q+1)), so that the squares need none.
def bounded(w: Tensor, kept: List[Tensor]) -> Tensor:
    wide = w.size(0) < w.size(1)
    matrix = w.detach()
    if wide:
        matrix = matrix.t()
    power = matrix.t().mm(matrix)
    log_size = torch.zeros([], dtype=w.dtype, device=w.device)
    for i in range(ROUNDS):
        size = power.trace().clamp_min(TINY)
        power = power / size
        log_size = 8 * (log_size + size.log())
        # Three squares of what is from 1 / n to 1 do not underflow.
        for k in range(3):
            power = power.mm(power)
    product = matrix.mm(power)
    total = (product * matrix).sum().clamp_min(TINY)
    excess = (log_size + total.log()) / (2 + 2 * 8**ROUNDS) - LOG_COEFFICIENT
    slope = product * ((excess > 0) / total)
    if wide:
        slope = slope.t()
    factor = excess.clamp_min(0).neg().exp()
    kept.extend([factor, slope])
    along = (slope * w).sum()
    return w * (factor * (1 + along.detach() - along))


# The gradient of w, from that of the bounded matrix.
def backward(g: Tensor, w: Tensor, factor: Tensor, slope: Tensor) -> Tensor:
    return factor * (g - (g * w).sum() * slope)
