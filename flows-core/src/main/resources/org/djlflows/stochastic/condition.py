# What the distribution of what is dropped sees.
def condition(z: Tensor, c: Optional[Tensor]) -> Tensor:
    if c is None:
        return z
    return torch.cat([z, c.flatten(1)], 1)
