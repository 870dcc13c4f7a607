# theta is (batch, POLYNOMIALS (DEGREE + 1) + 1, n): the coefficients of each polynomial, then the
# shift. The slope is the mean of the squares, z its integral by quadrature.
def forward(x: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return record(x, theta, p, [])


def record(
    x: Tensor, theta: Tensor, p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    begin = torch.tensor(BEGIN, dtype=x.dtype, device=x.device).view(POLYNOMIALS, -1, 1)
    a = theta[:, :-1].unflatten(1, [POLYNOMIALS, DEGREE + 1]) + begin
    inside = x.clamp(-BOUND, BOUND)
    powers = powers_of(inside / BOUND)
    terms = a * powers
    rule = rule_of(x)
    values = rule.matmul(terms)
    end_values = terms.sum([2])
    mean = values.square().sum([2]).mean([1]) + SMALLEST
    end = end_values.square().mean([1]) + SMALLEST
    outside = x - inside
    tape.extend([a, inside, powers, rule, values, end_values, end, outside])
    z = torch.addcmul(theta[:, -1], inside, mean)
    return torch.addcmul(z, end, outside), end.log()


# To the powers from 0 to DEGREE, (batch, 1, DEGREE + 1, n).
def powers_of(u: Tensor) -> Tensor:
    result = [torch.ones_like(u)]
    for j in range(DEGREE):
        result.append(result[j] * u)
    return torch.stack(result, 1).unsqueeze(1)


# What makes of the terms at the end of [0, u] the values at the points of the quadrature, times the
# roots of the weights. Not a list of numbers: TorchScript makes float32 of one.
def rule_of(like: Tensor) -> Tensor:
    points: List[float] = POINTS
    weights: List[float] = WEIGHTS
    powers = torch.arange(DEGREE + 1, dtype=like.dtype, device=like.device)
    rows: List[Tensor] = []
    for i in range(len(points)):
        rows.append(torch.full_like(powers, points[i]).pow(powers) * weights[i] ** 0.5)
    return torch.stack(rows)


# The derivative of z is the slope at the end.
def backward(
    gz: Tensor, gl: Tensor, p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor, List[Tensor]]:
    outside = tape.pop()
    end = tape.pop()
    end_values = tape.pop()
    values = tape.pop()
    rule = tape.pop()
    powers = tape.pop()
    inside = tape.pop()
    a = tape.pop()
    g_log = gl / end
    degrees = torch.arange(1, DEGREE + 1, dtype=gz.dtype, device=gz.device).unsqueeze(1)
    changes = (a[:, :, 1:] * (powers[:, :, :-1] * degrees)).sum([2])
    bend = (end_values * changes).mean([1])
    gx = torch.addcmul(gz * end, g_log * (outside == 0), bend, value=2 / BOUND)
    g_end = end_values * torch.addcmul(g_log, gz, outside).unsqueeze(1)
    g_mean = rule.t().matmul(values) * (gz * inside).unsqueeze(1).unsqueeze(1)
    g = (g_mean + g_end.unsqueeze(2)) * (powers * (2 / POLYNOMIALS))
    return gx, torch.cat([g.flatten(1, 2), gz.unsqueeze(1)], 1), []
