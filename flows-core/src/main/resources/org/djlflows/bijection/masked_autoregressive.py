# p: for each linear layer weight, bias and mask, then the parameters of the scalar maps. The rows of
# the last layer lie as (parameters, features). Hidden units are sorted by degree.


def weight(p: List[Tensor], layer: int) -> Tensor:
    return p[3 * layer] * p[3 * layer + 2]


def joined(x: Tensor, c: Optional[Tensor]) -> Tensor:
    if c is None:
        return x
    return torch.cat([x, c], 1)


def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return record(x, c, p, [])


def record(
    x: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    h = joined(x, c)
    for i in range(HIDDEN):
        tape.append(h)
        h = activation.record(torch.linear(h, weight(p, i), p[3 * i + 1]), tape)
    theta = layout.theta(h, weight(p, HIDDEN), p[3 * HIDDEN + 1])
    z, log_slope = univariate.record(layout.flat(x), theta, p[3 * HIDDEN + 3 :], tape)
    tape.append(h)
    return layout.shaped(z, x), layout.sum_of_row(log_slope, x)


def backward(
    gz: Tensor,
    gl: Tensor,
    c: Optional[Tensor],
    p: List[Tensor],
    tape: List[Tensor],
    gc: List[Tensor],
) -> Tuple[Tensor, List[Tensor]]:
    h = tape.pop()
    gx, g_theta, gp = univariate.backward(
        layout.flat(gz), layout.each_of_row(gl, gz), p[3 * HIDDEN + 3 :], tape
    )
    mask = p[3 * HIDDEN + 2]
    g, g_own = layout.theta_backward(g_theta, h, weight(p, HIDDEN))
    gp = [g_own[0] * mask, g_own[1], torch.zeros_like(mask)] + gp
    for k in range(HIDDEN):
        i = HIDDEN - 1 - k
        mask = p[3 * i + 2]
        g = activation.backward(g, tape)
        gp = [g.t().mm(tape.pop()) * mask, g.sum([0]), torch.zeros_like(mask)] + gp
        g = g.mm(weight(p, i))
    if c is not None:
        gc.append(g[:, gz.size(1) :])
    return layout.shaped(gx, gz) + g[:, : gz.size(1)], gp


# The values of x are found in their order. Each step makes the hidden units that see no more than
# what is known, and no unit twice: all steps together cost what one pass costs.
def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    rows = z.size(0)
    features = z.size(1)
    # What is known, features in their order below the context, and the hidden units, one row each.
    known = z.new_zeros([0, rows])
    if c is not None:
        known = c.t()
    units: List[Tensor] = []
    for i in range(HIDDEN):
        units.append(z.new_zeros([0, rows]))
    first = p[0][:, features:]
    last = p[3 * HIDDEN].unflatten(0, [PARAMETERS, features])
    last_bias = p[3 * HIDDEN + 1].view(PARAMETERS, features)
    found: List[Tensor] = []
    log_slopes: List[Tensor] = []
    made = 0
    for rank in range(features):
        feature = ORDER[rank]
        end = UNITS[rank]
        if end > made:
            h = activation.record(
                torch.addmm(p[1][made:end].unsqueeze(1), first[made:end], known), []
            )
            units[0] = torch.cat([units[0], h])
            for i in range(1, HIDDEN):
                w = p[3 * i][made:end, :end]
                b = p[3 * i + 1][made:end].unsqueeze(1)
                h = activation.record(torch.addmm(b, w, units[i - 1]), [])
                units[i] = torch.cat([units[i], h])
            made = end
        w = last.select(1, feature)[:, :made]
        theta = torch.addmm(last_bias[:, feature].unsqueeze(1), w, units[HIDDEN - 1])
        x, log_slope = univariate.inverse(
            z[:, feature].unsqueeze(0), theta.unsqueeze(0), p[3 * HIDDEN + 3 :]
        )
        found.append(x)
        log_slopes.append(log_slope)
        known = torch.cat([known, x])
        first = torch.cat([first, p[0][:, feature : feature + 1]], 1)
    by_feature: List[Tensor] = []
    for rank in RANKS:
        by_feature.append(found[rank])
    return torch.cat(by_feature).t(), torch.cat(log_slopes).sum([0])
