# The first coefficient and the steps from each to the next one come of theta. The terms of the sums
# are no larger than the coefficients, and those of the slope positive.
def forward(x: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return record(x, theta, p, [])


def record(
    x: Tensor, theta: Tensor, p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    first, steps = coefficients.of(theta)
    inside = x.clamp(-BOUND, BOUND)
    t = torch.rsub(inside, 0.5, -0.5 / BOUND)
    rising = torch.stack(powers(t), 1)
    falling = torch.stack(powers(torch.rsub(t, 1))[::-1], 1)
    basis = rising * falling * binomials(DEGREE - 1, t)
    # The last step of De Casteljau's algorithm: from the polynomial of the coefficients but for the
    # last to that of those but for the first.
    rise = (basis * steps).sum([1])
    z = torch.addcmul((basis * (first + steps.cumsum(1) - steps)).sum([1]), t, rise)
    slope = SLOPE * rise
    outside = x - inside
    tape.extend([theta, steps, t, rising, falling, basis, slope, outside])
    return torch.addcmul(z, slope, outside), slope.log()


# To the powers from 0 to DEGREE - 1.
def powers(t: Tensor) -> List[Tensor]:
    result = [torch.ones_like(t)]
    for k in range(DEGREE - 1):
        result.append(result[k] * t)
    return result


# Not a list of numbers: TorchScript makes float32 of one.
def binomials(n: int, like: Tensor) -> Tensor:
    k = torch.arange(1, n + 1, dtype=like.dtype, device=like.device).unsqueeze(1)
    return torch.cat([torch.ones_like(k[:1]), (n + 1 - k) / k]).cumprod(0)


# The derivative of a polynomial has the differences of its coefficients; that of z is slope.
def backward(
    gz: Tensor, gl: Tensor, p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor, List[Tensor]]:
    outside = tape.pop()
    slope = tape.pop()
    basis = tape.pop()
    falling = tape.pop()
    rising = tape.pop()
    t = tape.pop()
    steps = tape.pop()
    g_log = gl / slope
    of_rise = rising[:, :-1] * falling[:, 1:] * binomials(DEGREE - 2, t)
    bend = (of_rise * (steps[:, 1:] - steps[:, :-1])).sum([1])
    gx = torch.addcmul(gz * slope, g_log * (outside == 0), bend, value=BEND)
    g_rise = torch.add(gz * t, torch.addcmul(g_log, gz, outside), alpha=SLOPE)
    g_terms = gz.unsqueeze(1) * basis
    g_steps = torch.addcmul(g_terms.sum([1], True) - g_terms.cumsum(1), basis, g_rise.unsqueeze(1))
    return gx, coefficients.backward(gz.unsqueeze(1), g_steps, tape.pop()), []
