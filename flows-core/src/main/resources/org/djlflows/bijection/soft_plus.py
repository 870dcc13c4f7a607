def forward(x: Tensor) -> Tuple[Tensor, Tensor]:
    return torch.softplus(x), torch.log_sigmoid(x)


# The logarithm of the slope, log(1 - exp(-z)), is also how far x is below z.
def inverse(z: Tensor) -> Tuple[Tensor, Tensor]:
    z = torch.where(z > 0, z, float("nan"))
    log_slope = (-torch.expm1(-z)).log()
    return z + log_slope, -log_slope
