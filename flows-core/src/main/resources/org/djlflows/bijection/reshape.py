def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return x.reshape([x.size(0)] + NOISE), x.new_zeros([x.size(0)])


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return z.reshape([z.size(0)] + DATA), z.new_zeros([z.size(0)])
