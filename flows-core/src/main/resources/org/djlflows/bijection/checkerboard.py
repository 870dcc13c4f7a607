# Squares of 2 x 2 pixels: (batch, C, height / 2, 2, width / 2, 2). In the upper row of each the
# pixel FIRST_MOVED is moved and FIRST_KEPT passes, in the lower row it is the other way round.
def squares(x: Tensor) -> Tensor:
    return x.unflatten(3, [x.size(3) // 2, 2]).unflatten(2, [x.size(2) // 2, 2])


def kept(x: Tensor) -> Tensor:
    return joined(x, torch.zeros_like(moved(x)))


def moved(x: Tensor) -> Tensor:
    s = squares(x)
    upper = s[:, :, :, 0, :, FIRST_MOVED]
    return torch.stack([upper, s[:, :, :, 1, :, FIRST_KEPT]], 3).flatten(2, 3)


def joined(kept: Tensor, moved: Tensor) -> Tensor:
    x = kept.clone(memory_format=0)
    s = squares(x)
    rows = moved.unflatten(2, [moved.size(2) // 2, 2])
    s[:, :, :, 0, :, FIRST_MOVED].copy_(rows[:, :, :, 0])
    s[:, :, :, 1, :, FIRST_KEPT].copy_(rows[:, :, :, 1])
    return x


def at_moved(h: Tensor) -> Tensor:
    return moved(h)


def at_moved_backward(g: Tensor) -> Tensor:
    return joined(g.new_zeros([g.size(0), g.size(1), g.size(2), 2 * g.size(3)]), g)
