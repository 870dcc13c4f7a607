# Where the values of numeric columns lie on the line of a flow: a logarithm where the column has a
# start above 0, then standardised, then logarithmic beyond BOUND deviations. All arguments are
# (batch, n) and (n).


# Below its start a logarithm goes on as the line that touches it there.
def forward(
    x: Tensor, start: Tensor, center: Tensor, deviation: Tensor
) -> Tuple[Tensor, Tensor]:
    logarithmic = start > 0
    one = torch.ones_like(start)
    first = torch.where(logarithmic, start, one)
    base = torch.maximum(x, first)
    y = torch.where(logarithmic, base.log() + (x - base) / first, x)
    # What is infinite has no logarithm to go back from.
    z = ((y - center) / deviation).clamp(-1e30, 1e30)
    r = (z.abs() / BOUND).clamp_min(1)
    log_r = r.log()
    log_slope = torch.where(logarithmic, -base.log(), 0.0) - deviation.log() - log_r
    return z / r * (1 + log_r), log_slope


def inverse(z: Tensor, start: Tensor, center: Tensor, deviation: Tensor) -> Tensor:
    log_r = (z.abs() / BOUND - 1).clamp_min(0)
    y = z / (1 + log_r) * log_r.exp() * deviation + center
    one = torch.ones_like(start)
    first = torch.where(start > 0, start, one)
    base = torch.maximum(y, first.log())
    return torch.where(start > 0, base.exp() + (y - base) * first, y)
