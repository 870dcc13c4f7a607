# Makes the units that see no more than what is known at this step, which in all layers are the same
# ones; units[i] are the inputs of layer i + 1: of the two of each block, then of the output map.
def extend(
    units: List[Tensor], known: Tensor, first: Tensor, p: List[Tensor], step: int
) -> None:
    begin = units[0].size(0)
    end = UNITS[0][step]
    if begin < end:
        h = torch.addmm(p.bias0[begin:end].unsqueeze(1), first[begin:end, : known.size(0)], known)
        for i in range(1, HIDDEN, 2):
            units[i - 1] = torch.cat([units[i - 1], activation.record(h, [])])
            r = linear(units[i - 1], p, i, begin, end)
            units[i] = torch.cat([units[i], activation.record(r, [])])
            h = h + linear(units[i], p, i + 1, begin, end)
        units[HIDDEN - 1] = torch.cat([units[HIDDEN - 1], h])


def linear(below: Tensor, p: List[Tensor], layer: int, begin: int, end: int) -> Tensor:
    w = p.weight[layer][begin:end, : below.size(0)]
    return torch.addmm(p.bias[layer][begin:end].unsqueeze(1), w, below)
