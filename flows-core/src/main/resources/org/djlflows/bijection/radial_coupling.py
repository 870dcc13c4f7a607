# Of each row: its difference to the centre, its radius, and the parameters that its direction and the
# context make. Radii lie along one axis, (1, rows).
def polar(
    x: Tensor, c: Optional[Tensor], p: List[Tensor]
) -> Tuple[Tensor, Tensor, Tensor]:
    away = x - p.center
    scaled = away * p.log_scale.exp()
    r = torch.linalg_vector_norm(scaled, 2, [1], True)
    direction = scaled / r.clamp_min(1e-30)
    seen = direction if c is None else torch.cat([direction, c], 1)
    theta = parameters.forward(x, seen, p.of(parameters)).t().unsqueeze(0)
    return away, r.t(), theta.expand(-1, -1, x.size(0))


# How far the maps move 0, which they shall not.
def at_zero(r: Tensor, theta: Tensor, p: List[Tensor]) -> Tensor:
    return univariate.forward(torch.zeros_like(r), theta, p.of(univariate))[0]


# Logarithms of the new radius as a share of r, and of the determinant: one slope along the radius,
# and this share in all other directions. For a small r the share is the slope halfway, since the
# difference of what the map makes of r and of 0 would have no digits.
def stretch(
    r: Tensor, zero: Tensor, theta: Tensor, features: int, p: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    small = 1e-5 if r.dtype == 7 else 1e-3
    y, log_slope = univariate.forward(r, theta, p.of(univariate))
    halfway = univariate.forward(0.5 * r, theta, p.of(univariate))[1]
    share = (y - zero) / r.clamp_min(small)
    log_share = torch.where(r < small, halfway, share.clamp_min(1e-30).log())
    return log_share, log_slope + (features - 1) * log_share


def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    away, r, theta = polar(x, c, p)
    log_share, log_det = stretch(r, at_zero(r, theta, p), theta, x.size(1), p)
    return torch.addcmul(p.center, away, log_share.exp().t()), log_det.squeeze(0)


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    away, r, theta = polar(z, c, p)
    zero = at_zero(r, theta, p)
    r = univariate.inverse(r + zero, theta, p.of(univariate))[0].clamp_min(0)
    log_share, log_det = stretch(r, zero, theta, z.size(1), p)
    return torch.addcmul(p.center, away, (-log_share).exp().t()), -log_det.squeeze(0)
