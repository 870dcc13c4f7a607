def kept(x: Tensor) -> Tensor:
    return x[:, SPLIT:]


def moved(x: Tensor) -> Tensor:
    return x[:, :SPLIT]


def joined(kept: Tensor, moved: Tensor) -> Tensor:
    return torch.cat([moved, kept], 1)


# Channels are moved at all pixels.
def at_moved(h: Tensor) -> Tensor:
    return h


def at_moved_backward(g: Tensor) -> Tensor:
    return g
