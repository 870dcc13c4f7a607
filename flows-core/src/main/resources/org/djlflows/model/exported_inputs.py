# Kernels trust their inputs: a wrong shape might be broadcast, a wrong type promoted.
def checked(name: str, x: Tensor, event: List[int], p: List[Tensor]) -> Tensor:
    shape = x.size()
    assert shape[1:] == event and len(shape) > 0, torch.format(
        "expected {} to be rows of shape {}, got shape {}", name, event, shape
    )
    assert x.dtype == p[0].dtype, torch.format(
        "expected {} in {} as the parameters are, got {}",
        name,
        type_name(p[0].dtype),
        type_name(x.dtype),
    )
    return x


def of_rows(c: Tensor, x: Tensor, event: List[int], p: List[Tensor]) -> Tensor:
    c = checked("c", c, event, p)
    assert c.size(0) == x.size(0), torch.format(
        "expected {} rows of c as of x or z, got {}", x.size(0), c.size(0)
    )
    return c


def type_name(type: int) -> str:
    if type == 6:
        return "float32"
    elif type == 7:
        return "float64"
    else:
        return torch.format("type {}", type)


# Samples carry no gradients.
def detached(p: List[Tensor]) -> List[Tensor]:
    fixed: List[Tensor] = []
    for tensor in p:
        fixed.append(tensor.detach())
    return fixed
