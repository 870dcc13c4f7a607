# theta as for squares_of_powers.py, with the coefficients of Legendre polynomials of mean square 1.
def forward(x: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    begin = torch.tensor(BEGIN, dtype=x.dtype, device=x.device).view(POLYNOMIALS, -1, 1)
    a = theta[:, :-1].unflatten(1, [POLYNOMIALS, DEGREE + 1]) + begin
    inside = x.clamp(-BOUND, BOUND)
    u = (inside / BOUND).unsqueeze(1)
    points: List[float] = POINTS
    weights: List[float] = WEIGHTS
    mean = torch.zeros_like(x)
    for i in range(len(points)):
        mean = torch.add(mean, slope(points[i] * u, a), alpha=weights[i])
    end = slope(u, a)
    z = torch.addcmul(theta[:, -1], inside, mean)
    return torch.addcmul(z, end, x - inside), end.log()


def slope(u: Tensor, a: Tensor) -> Tensor:
    return value(u, a).square().mean([1]) + SMALLEST


# sum_j a_j sqrt(2 j + 1) P_j(u), by the recurrence of the P_j. u is (batch, 1, n), a of one
# coefficient more than the degree on the axis before the last.
def value(u: Tensor, a: Tensor) -> Tensor:
    before = torch.ones_like(u)
    last = u
    found = torch.addcmul(a[:, :, 0], a[:, :, 1], u, value=3.0**0.5)
    for j in range(2, DEGREE + 1):
        following = torch.sub((2.0 - 1.0 / j) * u * last, before, alpha=1.0 - 1.0 / j)
        before = last
        last = following
        found = torch.addcmul(found, a[:, :, j], last, value=(2.0 * j + 1.0) ** 0.5)
    return found
