# Where an increasing function takes the values t, each between low and high; NaN where these are.
# at(x, state) is its value and slope. The last step is taken with gradients: they are those of the
# implicit function theorem.
def solve(t: Tensor, low: Tensor, high: Tensor, state: List[Tensor]) -> Tensor:
    fixed: List[Tensor] = []
    for tensor in state:
        fixed.append(tensor.detach())
    x = find(t.detach(), low.detach(), high.detach(), fixed)
    value, slope = at(x, state)
    return x - (value - t) / slope.detach()


# Newton's steps within a bracket, which is halved where a step leaves it or is more than half of the
# step before.
def find(t: Tensor, low: Tensor, high: Tensor, state: List[Tensor]) -> Tensor:
    x = 0.5 * (low + high)
    last = high - low
    for i in range(200):
        value, slope = at(x, state)
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
    return x
