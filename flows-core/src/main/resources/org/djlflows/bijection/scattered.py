def places(x: Tensor, indices: List[int]) -> Tensor:
    return torch.tensor(indices, dtype=4, device=x.device)


def kept(x: Tensor) -> Tensor:
    return x.index_select(1, places(x, KEPT))


def moved(x: Tensor) -> Tensor:
    return x.index_select(1, places(x, MOVED))


def joined(x: Tensor, moved: Tensor) -> Tensor:
    return x.index_copy(1, places(x, MOVED), moved)
