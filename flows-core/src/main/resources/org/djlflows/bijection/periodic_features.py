# What the network sees of some features, which lie along an axis: of an angle its cosine and its
# sine, one behind the other.
def of(x: Tensor, features: List[int], axis: int) -> Tensor:
    angles: List[bool] = ANGLES
    seen: List[Tensor] = []
    for i in range(len(features)):
        value = x.narrow(axis, i, 1)
        if angles[features[i]]:
            seen.extend([value.cos(), value.sin()])
        else:
            seen.append(value)
    return torch.cat(seen, axis)


def record(x: Tensor, features: List[int], tape: List[Tensor]) -> Tensor:
    seen = of(x, features, 1)
    tape.append(seen)
    return seen


# Of all features.
def backward(g: Tensor, tape: List[Tensor]) -> Tensor:
    angles: List[bool] = ANGLES
    seen = tape.pop().unbind(1)
    columns = g.unbind(1)
    gx: List[Tensor] = []
    at = 0
    for i in range(len(angles)):
        if angles[i]:
            gx.append(seen[at] * columns[at + 1] - seen[at + 1] * columns[at])
            at += 2
        else:
            gx.append(columns[at])
            at += 1
    return torch.stack(gx, 1)
