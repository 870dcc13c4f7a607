# Where an increasing function takes the values t, each between low and high; NaN where these are.
# at(x, state) is its value and slope. The last step stays within the bracket, and is taken with
# gradients: they are those of the implicit function theorem, 0 where the function is flat.
def solve(t: Tensor, low: Tensor, high: Tensor, state: List[Tensor]) -> Tensor:
    return solve_near(0.5 * (low + high), t, low, high, state)


# The same, beginning with near, which lies between low and high.
def solve_near(
    near: Tensor, t: Tensor, low: Tensor, high: Tensor, state: List[Tensor]
) -> Tensor:
    x, low, high, value, slope = find(
        near.detach(), t.detach(), low.detach(), high.detach(), detached(state)
    )
    recorded = t.requires_grad
    for tensor in state:
        recorded = recorded or tensor.requires_grad
    if recorded:
        value, slope = at(x, state)
    slope = slope.detach().masked_fill(slope == 0, float("inf"))
    missing = t - value
    step = missing.detach() / slope
    return torch.clamp(x + step, low, high) + (missing - missing.detach()) / slope


# The same, sought from some values on, with a bracket that doubles; NaN where t is not taken.
def solve_from(near: Tensor, t: Tensor, state: List[Tensor]) -> Tensor:
    near, values, fixed = near.detach(), t.detach(), detached(state)
    reach = 1 + near.abs()
    low, high = near - reach, near + reach
    above, below = beyond(low, high, values, fixed)
    for doubling in range(60):
        if not bool((above | below).any()):
            break
        low = torch.where(above, 2 * low - near, low)
        high = torch.where(below, 2 * high - near, high)
        above, below = beyond(low, high, values, fixed)
    return solve(t, low.masked_fill(above | below, float("nan")), high, state)


# Where the root is below low, and where it is above high.
def beyond(
    low: Tensor, high: Tensor, t: Tensor, state: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    return at(low, state)[0] > t, at(high, state)[0] < t


def detached(state: List[Tensor]) -> List[Tensor]:
    fixed: List[Tensor] = []
    for tensor in state:
        fixed.append(tensor.detach())
    return fixed


# Newton's steps within a bracket, which is halved where a step leaves it or is more than half of the
# step before; until so little is left of t, of x, or of the bracket that one more step takes it to
# rounding. Where the function overflows the bracket is halved too; where it is NaN nothing helps.
# Returns x, the bracket, and value and slope at x.
def find(
    x: Tensor, t: Tensor, low: Tensor, high: Tensor, state: List[Tensor]
) -> Tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    value, slope = at(x, state)
    last = high - low
    for i in range(MOST_STEPS):
        excess = value - t
        low = torch.where(excess < 0, x, low)
        high = torch.where(excess > 0, x, high)
        close = CLOSE * (1 + x.abs())
        found = torch.isfinite(slope) & (excess.abs() <= CLOSE * t.abs() + close * slope)
        found = found | (high - low <= close)
        if bool((found | torch.isnan(excess)).all()):
            break
        step = x - excess / slope
        good = (step > low) & (step < high) & (2 * (step - x).abs() < last)
        following = torch.where(good, step, 0.5 * (low + high))
        last = (following - x).abs()
        x = torch.where(found, x, following)
        value, slope = at(x, state)
    return x, low, high, value, slope
