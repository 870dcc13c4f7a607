def forward(x: Tensor) -> Tuple[Tensor, Tensor]:
    return torch.where(x < 0, SLOPE * x, x), log_slope(x)


def inverse(z: Tensor) -> Tuple[Tensor, Tensor]:
    return torch.where(z < 0, z / SLOPE, z), -log_slope(z)


def log_slope(x: Tensor) -> Tensor:
    return torch.where(x < 0, LOG_SLOPE, torch.zeros_like(x))
