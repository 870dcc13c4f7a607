def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    return tails.forward((x - p.mean) / p.deviation)[0]


def statistics(x: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    x64 = x.double()
    return x64.mean([0]).to(x.dtype), x64.std([0], False).to(x.dtype)
