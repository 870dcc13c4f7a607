# The network of one feature, as a function of its value x of (1, batch). state: the shares of the
# network and of x, then for each layer what the other features add, and the diagonal block.


# The input of each layer.
def units(x: Tensor, state: List[Tensor]) -> List[Tensor]:
    found = [x]
    for layer in range(LAYERS - 1):
        found.append(torch.addmm(state[2 * layer + 2], state[2 * layer + 3], found[-1]).tanh())
    return found


# The noise of the feature and its slope.
def at(x: Tensor, state: List[Tensor]) -> Tuple[Tensor, Tensor]:
    h = units(x, state)
    slope = state[3].expand(-1, x.size(1))
    for layer in range(1, LAYERS):
        slope = state[2 * layer + 3].mm(slope * (1 - h[layer].square()))
    value = torch.addmm(state[2 * LAYERS], state[2 * LAYERS + 1], h[-1])
    return state[0] * value + state[1] * x, state[0] * slope + state[1]


# The value at which the noise is t; NaN where there is none.
def value_of(t: Tensor, state: List[Tensor]) -> Tensor:
    noise, fixed = t.detach(), detached(state)
    low, high = -torch.ones_like(noise), torch.ones_like(noise)
    above, below = misses(low, high, noise, fixed)
    for doubling in range(60):
        if not bool((above | below).any()):
            break
        low = torch.where(above, 2 * low, low)
        high = torch.where(below, 2 * high, high)
        above, below = misses(low, high, noise, fixed)
    return solve(t, low.masked_fill(above | below, float("nan")), high, state)


# Where the root is below low, and where it is above high.
def misses(
    low: Tensor, high: Tensor, noise: Tensor, state: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    return at(low, state)[0] > noise, at(high, state)[0] < noise
