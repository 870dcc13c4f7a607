# The first coefficient and the steps from each to the next one come of theta. The terms of the sums
# are no larger than the coefficients, and those of the slope positive.
def forward(x: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    first, steps = coefficients.of(theta)
    inside = x.clamp(-BOUND, BOUND)
    t = torch.rsub(inside, 0.5, -0.5 / BOUND)
    basis = basis_of(t.unsqueeze(1))
    # The last step of De Casteljau's algorithm: from the polynomial of the coefficients but for the
    # last to that of those but for the first.
    rise = (basis * steps).sum([1])
    z = torch.addcmul((basis * (first + steps.cumsum(1) - steps)).sum([1]), t, rise)
    slope = SLOPE * rise
    return torch.addcmul(z, slope, x - inside), slope.log()


# The polynomials of degree DEGREE - 1.
def basis_of(t: Tensor) -> Tensor:
    k = torch.arange(DEGREE, dtype=t.dtype, device=t.device).unsqueeze(1)
    # Not a list of numbers: TorchScript makes float32 of one.
    ratios = (DEGREE - k[1:]) / k[1:]
    binomials = torch.cat([torch.ones_like(k[:1]), ratios]).cumprod(0)
    return binomials * t.pow(k) * torch.rsub(t, 1).pow(DEGREE - 1 - k)
