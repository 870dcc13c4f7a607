# y = ALPHA + (1 - 2 ALPHA) x, z = log(y / (1 - y)); dz/dx = (1 - 2 ALPHA) / (y (1 - y)).


def log_slope(z: Tensor) -> Tensor:
    log_y_and_rest = torch.log_sigmoid(z) + torch.log_sigmoid(-z)
    return (LOG_SPAN - log_y_and_rest).flatten(1).sum([1])


def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    y = ALPHA + (1 - 2 * ALPHA) * x
    # Rounding takes what comes from the far tails of the inverse a hair beyond 0 or 1.
    inside = (y > -4 * EPSILON) & (y < 1 + 4 * EPSILON)
    y = torch.where(inside, y.clamp(EPSILON, 1 - EPSILON), float("nan"))
    z = y.log() - torch.log1p(-y)
    return z, log_slope(z)


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return (z.sigmoid() - ALPHA) / (1 - 2 * ALPHA), -log_slope(z)
