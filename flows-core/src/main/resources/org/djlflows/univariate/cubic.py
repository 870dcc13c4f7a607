# theta is (batch, 3, n): centre, width and shift. With x = w sinh(t) the cubic w^2 x + 4/3 x^3 is
# w^3 sinh(3 t) / 3: what is added to it is added between sines, of which the roots are known.
def forward(x: Tensor, theta: Tensor, place: Tensor) -> Tuple[Tensor, Tensor]:
    centre, width, beta = theta.unbind(1)
    return shifted(x, centre + place, width, beta)


def inverse(z: Tensor, theta: Tensor, place: Tensor) -> Tuple[Tensor, Tensor]:
    centre, width, beta = theta.unbind(1)
    return shifted(z, centre + place, width, -beta)


def shifted(
    x: Tensor, centre: Tensor, width: Tensor, beta: Tensor
) -> Tuple[Tensor, Tensor]:
    width = torch.softplus(width + ONE) + SMALLEST
    x = (x - centre) / width
    zero = torch.zeros_like(x)
    t, slope_unused = sinh_shift.of(3 * torch.asinh(x), beta, zero, zero)
    y = torch.sinh(t / 3)
    # The slopes of the cubic at both ends.
    one = torch.ones_like(x)
    log_slope = 2 * (torch.hypot(2 * x, one).log() - torch.hypot(2 * y, one).log())
    return torch.addcmul(centre, y, width), log_slope
