# PyTorch's pixel_unshuffle does nothing to an empty batch.
def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    rows = x.unflatten(2, [x.size(2) // 2, 2])
    squares = rows.unflatten(4, [x.size(3) // 2, 2]).permute([0, 1, 3, 5, 2, 4])
    return squares.flatten(1, 3), x.new_zeros([x.size(0)])


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    squares = z.unflatten(1, [z.size(1) // 4, 2, 2]).permute([0, 1, 4, 2, 5, 3])
    return squares.flatten(4, 5).flatten(2, 3), z.new_zeros([z.size(0)])
