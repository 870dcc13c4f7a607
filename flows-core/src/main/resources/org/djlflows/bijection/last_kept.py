def kept(x: Tensor) -> Tensor:
    return x[:, SPLIT:]


def moved(x: Tensor) -> Tensor:
    return x[:, :SPLIT]


def joined(kept: Tensor, moved: Tensor) -> Tensor:
    return torch.cat([moved, kept], 1)
