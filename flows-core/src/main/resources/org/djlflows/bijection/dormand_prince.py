# Solves dy/dt = slope(y, t) from start to end, by steps of Dormand and Prince, 5(4): one size for all
# rows, so small that the estimated error of each entry y is at most TOLERANCE (1 + |y|) a step.
# system.slope also gives integrands, of which the integrals are returned; they have no part in this.
#
# A row that needs too small a step becomes NaN, and the others go on: at first one of 1e-6 of the way,
# which a kink may need here and there; after PATIENCE attempts one of 1 / PATIENCE.
#
# Of each step that is taken what it began with is appended to states, and its time and size to times.
def solve(
    y: Tensor,
    start: float,
    end: float,
    fixed: List[Tensor],
    c: Optional[Tensor],
    p: List[Tensor],
    states: List[Tensor],
    times: List[float],
) -> Tuple[Tensor, List[Tensor]]:
    first, integrand = system.slope(y, start, fixed, c, p)
    integrals: List[Tensor] = []
    for q in integrand:
        integrals.append(torch.zeros_like(q))
    if y.size(0) == 0:
        return y, integrals
    steepest = float((first / (1 + y.abs())).detach().abs().nan_to_num(0.0, 0.0).max())
    share = 0.5 * TOLERANCE**0.2 / (1 + steepest)
    done = 0.0
    smallest = 1e-6
    for attempt in range(3 * PATIENCE):
        if done >= 1.0:
            break
        if attempt == PATIENCE:
            smallest = 1.0 / PATIENCE
        last = share >= 1.0 - done
        if last:
            share = 1.0 - done
        t = start + (end - start) * done
        h = (end - start) * share
        slopes = [first]
        integrands = [integrand]
        following = step(y, t, h, slopes, integrands, fixed, c, p)
        last_slope, last_integrand = system.slope(following, t + h, fixed, c, p)
        slopes.append(last_slope)
        excess = excess_of(y, following, h, slopes)
        worst = float(excess.max())
        if worst <= 1.0:
            states.append(y)
            times.extend([t, h])
            for i in range(len(integrals)):
                for k in range(6):
                    integrals[i] = integrals[i] + integrands[k][i] * (h * weights(5)[k])
            y = following
            first = last_slope
            integrand = last_integrand
            done = 1.0 if last else done + share
        elif share <= smallest:
            lost = (excess > 1.0).unsqueeze(1)
            y = y.masked_fill(lost, float("nan"))
            first = first.masked_fill(lost, float("nan"))
        share = max(smallest, share * min(5.0, max(0.2, 0.9 * max(worst, 1e-6) ** -0.2)))
    if done < 1.0:
        y = y * float("nan")
    return y, integrals


# A step from a value, given the first slope; it appends those of the stages within.
def step(
    y: Tensor,
    t: float,
    h: float,
    slopes: List[Tensor],
    integrands: List[List[Tensor]],
    fixed: List[Tensor],
    c: Optional[Tensor],
    p: List[Tensor],
) -> Tensor:
    nodes = [1 / 5, 3 / 10, 4 / 5, 8 / 9, 1.0]
    for i in range(5):
        found, integrand = system.slope(
            combined(y, h, weights(i), slopes), t + nodes[i] * h, fixed, c, p
        )
        slopes.append(found)
        integrands.append(integrand)
    return combined(y, h, weights(5), slopes)


# Of the stages in a later stage; the last ones are those of the step itself.
def weights(stage: int) -> List[float]:
    if stage == 0:
        return [1 / 5]
    elif stage == 1:
        return [3 / 40, 9 / 40]
    elif stage == 2:
        return [44 / 45, -56 / 15, 32 / 9]
    elif stage == 3:
        return [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729]
    elif stage == 4:
        return [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656]
    else:
        return [35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84]


def combined(y: Tensor, h: float, factors: List[float], slopes: List[Tensor]) -> Tensor:
    for i in range(len(factors)):
        if factors[i] != 0.0:
            y = torch.add(y, slopes[i], alpha=h * factors[i])
    return y


# The estimated error of each row, where 1 is allowed; 0 of rows that are lost.
def excess_of(y: Tensor, following: Tensor, h: float, slopes: List[Tensor]) -> Tensor:
    of_errors = [71 / 57600, 0.0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40]
    error = combined(torch.zeros_like(y), h, of_errors, slopes).detach()
    size = 1 + torch.maximum(y.abs(), following.abs()).detach()
    excess = (error.abs() / (size * TOLERANCE)).amax([1])
    excess = excess.nan_to_num(float("inf"), float("inf"))
    return torch.where(torch.isfinite(y).all(1), excess, 0.0)
