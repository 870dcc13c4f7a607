# theta is (batch, POLYNOMIALS (DEGREE + 1) + 1, n): the coefficients of each polynomial, then the
# shift. The slope is the mean of the squares.
def forward(x: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return record(x, theta, p, [])


def record(
    x: Tensor, theta: Tensor, p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    begin = torch.tensor(BEGIN, dtype=x.dtype, device=x.device).view(POLYNOMIALS, -1, 1)
    a = theta[:, :-1].unflatten(1, [POLYNOMIALS, DEGREE + 1]) + begin
    inside = x.clamp(-BOUND, BOUND)
    u = (inside / BOUND).unsqueeze(1)
    points: List[float] = POINTS
    weights: List[float] = WEIGHTS
    mean = torch.zeros_like(x)
    for i in range(len(points)):
        values = polynomials(points[i] * u, a)
        mean = torch.add(mean, slope(values), alpha=weights[i])
        tape.append(values)
    values = polynomials(u, a)
    end = slope(values)
    outside = x - inside
    tape.extend([values, a, u, inside, outside, end])
    z = torch.addcmul(theta[:, -1], inside, mean)
    return torch.addcmul(z, end, outside), end.log()


def polynomials(u: Tensor, a: Tensor) -> Tensor:
    value = a[:, :, DEGREE]
    for j in range(DEGREE):
        value = torch.addcmul(a[:, :, DEGREE - 1 - j], value, u)
    return value


def slope(values: Tensor) -> Tensor:
    return values.square().mean([1]) + SMALLEST


# The derivative of z is the slope at the end.
def backward(
    gz: Tensor, gl: Tensor, p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor, List[Tensor]]:
    end = tape.pop()
    outside = tape.pop()
    inside = tape.pop()
    u = tape.pop()
    a = tape.pop()
    values = tape.pop()
    g_log = gl / end
    change = DEGREE * a[:, :, DEGREE]
    for j in range(DEGREE - 1):
        change = torch.addcmul((DEGREE - 1 - j) * a[:, :, DEGREE - 1 - j], change, u)
    bend = (values * change).mean([1])
    gx = torch.addcmul(gz * end, g_log * (outside == 0), bend, value=2 / BOUND)
    g = coefficients(torch.addcmul(g_log, gz, outside), values, u)
    points: List[float] = POINTS
    weights: List[float] = WEIGHTS
    g_mean = gz * inside
    for k in range(len(points)):
        i = len(points) - 1 - k
        g = g + coefficients(g_mean * weights[i], tape.pop(), points[i] * u)
    return gx, torch.cat([g.flatten(1, 2), gz.unsqueeze(1)], 1), []


# The gradient of the coefficients from that of the slope at u.
def coefficients(g: Tensor, values: Tensor, u: Tensor) -> Tensor:
    term = values * (g * (2 / POLYNOMIALS)).unsqueeze(1)
    terms = [term]
    for j in range(DEGREE):
        term = term * u
        terms.append(term)
    return torch.stack(terms, 2)
