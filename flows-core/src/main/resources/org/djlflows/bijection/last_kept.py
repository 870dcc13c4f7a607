def kept(x: Tensor) -> Tensor:
    return x[:, SPLIT:]


def moved(x: Tensor) -> Tensor:
    return x[:, :SPLIT]


def joined(x: Tensor, moved: Tensor) -> Tensor:
    return torch.cat([moved, x[:, SPLIT:]], 1)
