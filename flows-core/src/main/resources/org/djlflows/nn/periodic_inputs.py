def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    return network.forward(periodic(x, p), c, p.of(network))


# What the network sees; for one that is called from Java.
def periodic(x: Tensor, p: List[Tensor]) -> Tensor:
    others: List[int] = OTHERS
    turning: List[int] = ANGLES
    angles = x.index_select(1, places(x, turning))
    return torch.cat([x.index_select(1, places(x, others)), angles.cos(), angles.sin()], 1)


def places(x: Tensor, indices: List[int]) -> Tensor:
    return torch.tensor(indices, dtype=4, device=x.device)
