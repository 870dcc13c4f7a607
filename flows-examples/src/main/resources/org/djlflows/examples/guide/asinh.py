def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    y = x * p[0].exp()
    return y.asinh(), (p[0] - torch.log1p(y * y) / 2).sum([1])


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    y = z.sinh()
    return y * (-p[0]).exp(), (torch.log1p(y * y) / 2 - p[0]).sum([1])
