# theta is (batch, 5, n): centre, width, shift between the sines, and the stretches around it.
def terms(
    theta: Tensor, place: Tensor
) -> Tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    centre, width, beta, mu, nu = theta.unbind(1)
    width = torch.softplus(width + ONE) + SMALLEST
    return centre + place, width, beta, torch.asinh(mu), torch.asinh(nu)


def forward(x: Tensor, theta: Tensor, place: Tensor) -> Tuple[Tensor, Tensor]:
    centre, width, beta, mu, nu = terms(theta, place)
    y, log_slope = sinh_shift.of((x - centre) / width, beta, mu, nu)
    return torch.addcmul(centre, y, width), log_slope


def inverse(z: Tensor, theta: Tensor, place: Tensor) -> Tuple[Tensor, Tensor]:
    centre, width, beta, mu, nu = terms(theta, place)
    y, log_slope = sinh_shift.of((z - centre) / width, -beta, -nu, -mu)
    return torch.addcmul(centre, y, width), log_slope
