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


# The values at which the noise is t, sought from some values on; NaN where there are none.
def value_of(t: Tensor, near: Tensor, state: List[Tensor]) -> Tensor:
    noise, fixed = t.detach(), detached(state)
    reach = 1 + near.abs()
    low, high = near - reach, near + reach
    above, below = misses(low, high, noise, fixed)
    for doubling in range(60):
        if not bool((above | below).any()):
            break
        low = torch.where(above, 2 * low - near, low)
        high = torch.where(below, 2 * high - near, high)
        above, below = misses(low, high, noise, fixed)
    return solve(t, low.masked_fill(above | below, float("nan")), high, state)


# Where the root is below low, and where it is above high.
def misses(
    low: Tensor, high: Tensor, noise: Tensor, state: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    return at(low, state)[0] > noise, at(high, state)[0] < noise
