def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    y = x * p.log_scale.exp()
    return y.asinh(), (p.log_scale - torch.log1p(y * y) / 2).sum([1])


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    y = z.sinh()
    return y * (-p.log_scale).exp(), (torch.log1p(y * y) / 2 - p.log_scale).sum([1])
