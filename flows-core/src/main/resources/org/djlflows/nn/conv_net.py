def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    h = convolution.same(inputs.joined(x, c), p.first_weight, p.first_bias).relu()
    h = convolution.same(h, p.second_weight, p.second_bias).relu()
    return convolution.same(h, p.last_weight, p.last_bias)
