# The inverse of a bijection, of which forward is known, row by row: first the steps of a fixed point,
# then Newton's for the rows where these do not get there; NaN where neither does. The last step is
# taken with gradients, which are those of the implicit function theorem.
def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    fixed: List[Tensor] = []
    for w in p:
        fixed.append(w.detach())
    context: Optional[Tensor] = None
    if c is not None:
        context = c.detach()
    x, gap = by_fixed_point(z.detach(), context, fixed)
    x = by_newton(x, gap, z.detach(), context, fixed)
    missing = z - image(x, c, p)
    if missing.requires_grad:
        x = x + step_of(jacobian(x, context, fixed), missing - missing.detach())
    return x, -forward(x, c, p)[1]


# The largest difference z - f(x) in each row, relative to z; NaN counts as infinite.
def error(gap: Tensor, z: Tensor) -> Tensor:
    missing = (gap.abs() / (1 + z.abs())).flatten(1).amax([1])
    return missing.nan_to_num(float("inf"), float("inf"))


def where_row(rows: Tensor, x: Tensor, y: Tensor) -> Tensor:
    return torch.where(rows.view([-1] + [1] * (x.dim() - 1)), x, y)


# x = z - g(x) for f(x) = x + g(x), as long as that gains something: for a contraction g always.
# Returns x and z - f(x).
def by_fixed_point(
    z: Tensor, c: Optional[Tensor], p: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    x = z
    gap = z - image(x, c, p)
    missing = error(gap, z)
    for i in range(MOST_STEPS):
        if not bool((missing > ROUNDING).any()):
            break
        following = x + gap
        left_gap = z - image(following, c, p)
        left = error(left_gap, z)
        better = left < missing
        if not bool((better & (missing > ROUNDING)).any()):
            break
        x = where_row(better, following, x)
        gap = where_row(better, left_gap, gap)
        missing = torch.where(better, left, missing)
    return x, gap


# A step that gains nothing is halved.
def by_newton(
    x: Tensor, gap: Tensor, z: Tensor, c: Optional[Tensor], p: List[Tensor]
) -> Tensor:
    missing = error(gap, z)
    for i in range(MOST_STEPS):
        if not bool((missing > ROUNDING).any()):
            break
        step = step_of(jacobian(x, c, p), gap)
        gained = False
        for halving in range(30):
            following = x + step
            left_gap = z - image(following, c, p)
            left = error(left_gap, z)
            better = left < missing
            gained = gained or bool((better & (missing > ROUNDING)).any())
            x = where_row(better, following, x)
            gap = where_row(better, left_gap, gap)
            missing = torch.where(better, left, missing)
            if bool((better | (missing <= ROUNDING)).all()):
                break
            step = where_row(better, torch.zeros_like(step), 0.5 * step)
        if not gained:
            break
    return where_row(missing <= TOLERANCE, x, torch.full_like(x, float("nan")))


# The derivatives of each entry of f(x) by each of x: (rows, entries, entries).
def jacobian(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    recorded = (x.detach().requires_grad_() + 0).requires_grad
    torch.set_grad_enabled(True)
    x = x.detach().requires_grad_()
    sums = image(x, c, p).flatten(1).sum([0])
    rows: List[Tensor] = []
    for i in range(sums.size(0)):
        slope = torch.grad([sums[i]], [x], retain_graph=True)[0]
        assert slope is not None
        rows.append(slope.flatten(1))
    torch.set_grad_enabled(recorded)
    return torch.stack(rows, 1)


def step_of(slopes: Tensor, missing: Tensor) -> Tensor:
    step = torch.linalg_solve_ex(slopes, missing.flatten(1).unsqueeze(2))[0]
    return step.view_as(missing)
