def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    return zero.convolved(inputs.joined(x, c), p.weight, p.bias, p.log_scale)
