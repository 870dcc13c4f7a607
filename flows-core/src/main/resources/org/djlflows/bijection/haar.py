# Of the four pixels of a square their sums and differences, half of each, which is its own inverse.
def waves(x: Tensor) -> Tensor:
    a, b, c, d = x.unflatten(1, [-1, 4]).unbind(2)
    top, bottom, left, right = a + b, c + d, a - b, c - d
    four = torch.stack([top + bottom, left + right, top - bottom, left - right], 2)
    return 0.5 * four.flatten(1, 2)


def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    squares, log_det = squeeze.forward(x, c, p)
    return waves(squares), log_det


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return squeeze.inverse(waves(z), c, p)
