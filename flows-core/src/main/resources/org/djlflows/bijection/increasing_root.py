# Where an increasing function takes the values t; NaN where it does not. Newton's steps within a
# bracket, which is halved where a step leaves it or is more than half of the step before.
def find(t: Tensor, state: List[Tensor]) -> Tensor:
    low, high = -torch.ones_like(t), torch.ones_like(t)
    missed = torch.isnan(t)
    for doubling in range(60):
        above = function.at(low, state, [])[0] > t
        below = function.at(high, state, [])[0] < t
        missed = above | below
        if not bool(missed.any()):
            break
        low = torch.where(above, 2 * low, low)
        high = torch.where(below, 2 * high, high)
    x = 0.5 * (low + high)
    last = high - low
    for i in range(200):
        value, slope = function.at(x, state, [])
        excess = value - t
        low = torch.where(excess < 0, x, low)
        high = torch.where(excess > 0, x, high)
        step = x - excess / slope
        good = (step > low) & (step < high) & (2 * (step - x).abs() < last)
        following = torch.where(good, step, 0.5 * (low + high))
        last = (following - x).abs()
        found = (last <= ROUNDING * (1 + x.abs())) | (excess.abs() <= ROUNDING * (1 + t.abs()))
        if not bool((torch.isfinite(excess) & ~found).any()):
            break
        x = torch.where(found, x, following)
    return x.masked_fill(missed, float("nan"))
