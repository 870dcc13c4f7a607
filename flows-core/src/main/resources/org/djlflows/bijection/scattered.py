def places(x: Tensor, indices: List[int]) -> Tensor:
    return torch.tensor(indices, dtype=4, device=x.device)


def kept(x: Tensor) -> Tensor:
    return x.index_select(1, places(x, KEPT))


def moved(x: Tensor) -> Tensor:
    return x.index_select(1, places(x, MOVED))


def joined(kept: Tensor, moved: Tensor) -> Tensor:
    return torch.cat([kept, moved], 1).index_select(1, places(kept, JOINED))


# Channels are moved at all pixels.
def at_moved(h: Tensor) -> Tensor:
    return h


def at_moved_backward(g: Tensor) -> Tensor:
    return g
