def forward(x: Tensor) -> Tuple[Tensor, Tensor]:
    return x.tanh(), log_slope(x)


# An end of the image, to which values far out round, stands for the last number before it.
def inverse(z: Tensor) -> Tuple[Tensor, Tensor]:
    last = 1 - (1e-16 if z.dtype == 7 else 6e-8)
    x = torch.atanh(torch.where(z.abs() <= 1, z.clamp(-last, last), float("nan")))
    return x, -log_slope(x)


# log(1 - tanh(x)^2), without the difference.
def log_slope(x: Tensor) -> Tensor:
    x = x.abs()
    return 2 * (LOG_TWO - x - torch.log1p((-2 * x).exp()))
