# y = ALPHA + (1 - 2 ALPHA) x, z = log(y / (1 - y)); dz/dx = (1 - 2 ALPHA) / (y (1 - y)).


def log_slope(z: Tensor) -> Tensor:
    return (torch.softplus(z) + torch.softplus(-z) + LOG_SPAN).flatten(1).sum([1])


def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    y = ALPHA + (1 - 2 * ALPHA) * x
    if bool(((y < 0) | (y > 1)).any()):
        ops.prim.RaiseException("expected values in [LOW, HIGH]")
    # Rounding makes 0 or 1 of what comes from the far tails of the inverse.
    z = torch.logit(y, 1e-7)
    return z, log_slope(z)


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return (z.sigmoid() - ALPHA) / (1 - 2 * ALPHA), -log_slope(z)
