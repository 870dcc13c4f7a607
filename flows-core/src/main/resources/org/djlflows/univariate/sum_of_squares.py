# theta is (batch, POLYNOMIALS (DEGREE + 1) + 1, n): the coefficients of each polynomial, then the
# shift.
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
    return basis.value(u, a).square().mean([1]) + SMALLEST
