# The order of the paper of the four pixels of a square; it is its own inverse.
def reordered(squares: Tensor) -> Tensor:
    return squares.index_select(2, torch.tensor([0, 3, 2, 1], dtype=4, device=squares.device))


def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    z, log_det = squeeze.forward(x, c, p)
    return reordered(z.unflatten(1, [x.size(1), 4])).transpose(1, 2).flatten(1, 2), log_det


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    squares = z.unflatten(1, [4, z.size(1) // 4]).transpose(1, 2)
    return squeeze.inverse(reordered(squares).flatten(1, 2), c, p)
