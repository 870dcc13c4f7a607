def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    h = convolution.same(inputs.joined(x, c), p[0], p[1]).relu()
    h = convolution.same(h, p[2], p[3]).relu()
    return convolution.same(h, p[4], p[5])
