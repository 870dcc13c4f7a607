# Inverts an autoregressive layer, z_i = f_i(x_i; x_1, ..., x_{i-1}), for all positions at once: each
# step solves every equation for x_i, with the values of the step before in place of those before it.
# p.solver: the numbers of segments and iterations, the tolerance and that of the certificate.


# x, its log-determinant, the residual of each row, and how many steps and fallbacks there were.
def invert(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> List[Tensor]:
    numbers, of_layer = p.solver, p.of(layer)
    x, steps = solve(z, c, numbers, of_layer)
    y, log_det = layer.forward(x, c, of_layer)
    log_det = -log_det
    residual = certificate.residual(x, y, z)
    # The rows that the certificate refuses are inverted position by position.
    failed = torch.nonzero(~(residual <= numbers[3])).flatten()
    if failed.size(0) > 0:
        z = z.index_select(0, failed)
        if c is not None:
            c = c.index_select(0, failed)
        x_of_failed, log_det_of_failed = layer.inverse(z, c, of_layer)
        y = layer.forward(x_of_failed, c, of_layer)[0]
        residual_of_failed = certificate.residual(x_of_failed, y, z)
        x = x.index_copy(0, failed, x_of_failed)
        log_det = log_det.index_copy(0, failed, log_det_of_failed)
        residual = residual.index_copy(0, failed, residual_of_failed)
    return [x, log_det, residual, torch.tensor([[steps, failed.size(0)]])]


# Segment after segment, and within one until all values stay or are exact: k steps make the first k
# positions so.
def solve(
    z: Tensor, c: Optional[Tensor], numbers: Tensor, p: List[Tensor]
) -> Tuple[Tensor, int]:
    segments, iterations = int(numbers[0]), int(numbers[1])
    state = layer.start(z, c, p)
    x = finite(state[0])
    n = x.size(1)
    steps = 0
    for segment in range(segments):
        begin, end = segment * n // segments, (segment + 1) * n // segments
        for step in range(min(end - begin, iterations)):
            guess = x[:, begin:end]
            found = finite(layer.improve(x, begin, end, state, c, p))
            stays = (found - guess).abs() <= numbers[2] * (1 + found.abs())
            x = torch.cat([x[:, :begin], found, x[:, end:]], 1)
            steps += 1
            if bool(stays.all()):
                break
    return layer.finish(x), steps


# A guess that is not finite would reach other positions, also through the weight 0 of a mask.
def finite(x: Tensor) -> Tensor:
    return x.nan_to_num(0.0).clamp(-BOUND, BOUND)
