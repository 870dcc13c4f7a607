# y = ALPHA + (1 - 2 ALPHA) x, z = log(y / (1 - y)); dz/dx = (1 - 2 ALPHA) / (y (1 - y)).


def log_slope(log_y: Tensor, z: Tensor) -> Tensor:
    return (LOG_SPAN - (log_y + torch.log_sigmoid(-z))).flatten(1).sum([1])


def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    y = ALPHA + (1 - 2 * ALPHA) * x
    # An interval that is wider by what rounding takes the inverse beyond 0 or 1.
    inside = (y >= 0.0 - BELOW) & (y <= 1.0 + ABOVE)
    y = torch.where(inside, y.clamp(LOWEST, HIGHEST), float("nan"))
    z = y.log() - torch.log1p(-y)
    return z, log_slope(torch.log_sigmoid(z), z)


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    # The sigmoid itself is 0 below -88 in float32.
    log_y = torch.log_sigmoid(z)
    return (log_y.exp() - ALPHA) / (1 - 2 * ALPHA), -log_slope(log_y, z)
