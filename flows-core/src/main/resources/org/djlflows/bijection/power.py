def forward(x: Tensor) -> Tuple[Tensor, Tensor]:
    x = torch.where(x > 0, x, float("nan"))
    return x.pow(EXPONENT), LOG_EXPONENT + (EXPONENT - 1) * x.log()


def inverse(z: Tensor) -> Tuple[Tensor, Tensor]:
    x = torch.where(z > 0, z, float("nan")).pow(1 / EXPONENT)
    return x, -LOG_EXPONENT - (EXPONENT - 1) * x.log()
