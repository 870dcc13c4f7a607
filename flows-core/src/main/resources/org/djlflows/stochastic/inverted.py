def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    z, contribution = surjection.inverse(x, c, p.of(surjection))
    return z, -contribution


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    x, contribution = surjection.forward(z, c, p.of(surjection))
    return x, -contribution
