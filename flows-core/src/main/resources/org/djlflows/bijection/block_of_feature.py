# The networks of some features, as functions of their values x of (features, 1, batch). state: the
# shares of the network and of x, then for each layer what the features before add, (features, units,
# batch), and the diagonal blocks, (features, rows, columns).


# The input of each layer.
def units(x: Tensor, state: List[Tensor]) -> List[Tensor]:
    found = [x]
    for layer in range(LAYERS - 1):
        u = torch.baddbmm(state[2 * layer + 2], state[2 * layer + 3], found[-1])
        found.append(u.tanh())
    return found


# The noise of the features and its slopes.
def at(x: Tensor, state: List[Tensor]) -> Tuple[Tensor, Tensor]:
    h = units(x, state)
    slope = state[3].expand(-1, -1, x.size(2))
    for layer in range(1, LAYERS):
        slope = state[2 * layer + 3].bmm(slope * (1 - h[layer].square()))
    value = torch.baddbmm(state[2 * LAYERS], state[2 * LAYERS + 1], h[-1])
    return state[0] * value + state[1] * x, state[0] * slope + state[1]
