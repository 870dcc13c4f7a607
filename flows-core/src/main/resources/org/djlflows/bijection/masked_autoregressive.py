# p: for each linear layer weight, bias and mask, then the parameters of the scalar maps. The rows of
# the last layer lie as (parameters, features). Hidden units are sorted by degree.


def weight(p: List[Tensor], layer: int) -> Tensor:
    return p[3 * layer] * p[3 * layer + 2]


def hidden(x: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]) -> Tensor:
    h = x
    if c is not None:
        h = torch.cat([x, c], 1)
    for i in range(HIDDEN):
        tape.append(h)
        h = activation.record(torch.linear(h, weight(p, i), p[3 * i + 1]), tape)
    return h


def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    theta = layout.theta(hidden(x, c, p, []), weight(p, HIDDEN), p[3 * HIDDEN + 1])
    z, log_slope = univariate.forward(layout.flat(x), theta, p[3 * HIDDEN + 3 :])
    return layout.shaped(z, x), layout.sum_of_row(log_slope, x)


def record(
    x: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    h = hidden(x, c, p, tape)
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
# what is known, and no unit twice: all steps together multiply what one pass does.
def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    n = z.size(1)
    # What is known, the context and then the features in their order, and the hidden units, one
    # row each; the columns of the first weight in the order of what is known.
    known = z.new_zeros([0, z.size(0)])
    units = [known for i in range(HIDDEN)]
    if c is not None:
        known = c.t()
    first = torch.cat([p[0][:, n:]] + [p[0][:, f : f + 1] for f in ORDER], 1)
    last = p[3 * HIDDEN].unflatten(0, [PARAMETERS, n])
    last_bias = p[3 * HIDDEN + 1].view(PARAMETERS, n, 1)
    found: List[Tensor] = []
    log_slopes: List[Tensor] = []
    for rank in range(n):
        for i in range(HIDDEN):
            begin = units[i].size(0)
            end = UNITS[i][rank]
            if begin < end:
                if i == 0:
                    w, below = first[begin:end, : known.size(0)], known
                else:
                    below = units[i - 1]
                    w = p[3 * i][begin:end, : below.size(0)]
                bias = p[3 * i + 1][begin:end].unsqueeze(1)
                h = activation.record(torch.addmm(bias, w, below), [])
                units[i] = torch.cat([units[i], h])
        feature = ORDER[rank]
        below = units[HIDDEN - 1]
        w = last.select(1, feature)[:, : below.size(0)]
        theta = torch.addmm(last_bias.select(1, feature), w, below)
        x, log_slope = univariate.inverse(
            z[:, feature].unsqueeze(0), theta.unsqueeze(0), p[3 * HIDDEN + 3 :]
        )
        found.append(x)
        log_slopes.append(log_slope)
        known = torch.cat([known, x])
    by_feature = [found[rank] for rank in RANKS]
    return torch.cat(by_feature).t(), torch.cat(log_slopes).sum([0])
