# How far y = f(x) is from z, the largest |y - z| / (1 + |z|) of each row; NaN where x is not finite.
def residual(x: Tensor, y: Tensor, z: Tensor) -> Tensor:
    miss = ((y - z).abs() / (1 + z.abs())).flatten(1).amax([1])
    return miss.masked_fill(~torch.isfinite(x).flatten(1).all(1), float("nan"))
