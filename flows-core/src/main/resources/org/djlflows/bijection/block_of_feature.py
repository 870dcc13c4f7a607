# Noise and slope of one feature, (1, batch) each, as a function of its value x. state: the shares of
# the network and of x, then for each layer what the other features add, and the diagonal block. The
# input of each layer is appended to units.
def at(x: Tensor, state: List[Tensor], units: List[Tensor]) -> Tuple[Tensor, Tensor]:
    h, slope = x, torch.ones_like(x)
    for layer in range(LAYERS):
        if layer > 0:
            h = h.tanh()
            slope = slope * (1 - h.square())
        units.append(h)
        offset, block = state[2 * layer + 2], state[2 * layer + 3]
        h = torch.addmm(offset, block, h)
        slope = block.mm(slope)
    return state[0] * h + state[1] * x, state[0] * slope + state[1]
