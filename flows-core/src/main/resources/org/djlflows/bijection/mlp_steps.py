# Makes the units that see no more than what is known at this step; units[i] are those of layer i.
def extend(
    units: List[Tensor], known: Tensor, first: Tensor, p: List[Tensor], step: int
) -> None:
    for i in range(HIDDEN):
        begin = units[i].size(0)
        end = UNITS[i][step]
        if begin < end:
            if i == 0:
                w, below = first[begin:end, : known.size(0)], known
            else:
                below = units[i - 1]
                w = p.weight[i][begin:end, : below.size(0)]
            bias = p.bias[i][begin:end].unsqueeze(1)
            h = activation.record(torch.addmm(bias, w, below), [])
            units[i] = torch.cat([units[i], h])
