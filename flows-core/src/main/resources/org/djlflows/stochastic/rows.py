# What asks for one sample a row.
def rows(z: Tensor) -> Tensor:
    return z.flatten(1)[:, :0]
