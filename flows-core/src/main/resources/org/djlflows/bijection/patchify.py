# An axis of rows and one of columns in each patch, beside those of patches.
def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    patches = x.unflatten(3, [COLUMNS, PATCH]).unflatten(2, [ROWS, PATCH])
    z = patches.permute([0, 2, 4, 1, 3, 5]).flatten(3).flatten(1, 2)
    return z, x.new_zeros([x.size(0)])


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    patches = z.unflatten(2, [CHANNELS, PATCH, PATCH]).unflatten(1, [ROWS, COLUMNS])
    x = patches.permute([0, 3, 1, 4, 2, 5]).flatten(4).flatten(2, 3)
    return x, z.new_zeros([z.size(0)])
