# p: for each linear layer weight, bias and mask, then the parameters of the scalar maps. The rows of
# the last layer lie as (parameters, features). Hidden units are sorted by degree.


# Weight and bias of each layer, as the networks take them.
def masked(p: List[Tensor]) -> List[Tensor]:
    layers: List[Tensor] = []
    for i in range(HIDDEN + 1):
        layers += [p[3 * i] * p[3 * i + 2], p[3 * i + 1]]
    return layers


def with_context(x: Tensor, c: Optional[Tensor]) -> Tensor:
    if c is not None:
        x = torch.cat([x, c], 1)
    return x


def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    layers = masked(p)
    h = network.forward(with_context(x, c), None, layers[:-2])
    theta = layout.theta(h, layers[-2], layers[-1])
    z, log_slope = univariate.forward(layout.flat(x), theta, p[3 * HIDDEN + 3 :])
    return layout.shaped(z, x), layout.sum_of_row(log_slope, x)


def record(
    x: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    layers = masked(p)
    h = network.record(with_context(x, c), None, layers[:-2], tape)
    theta = layout.theta(h, layers[-2], layers[-1])
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
    layers = masked(p)
    h = tape.pop()
    gx, g_theta, g_univariate = univariate.backward(
        layout.flat(gz), layout.each_of_row(gl, gz), p[3 * HIDDEN + 3 :], tape
    )
    g, g_last = layout.theta_backward(g_theta, h, layers[-2])
    g, g_layers = network.backward(g, None, layers[:-2], tape, gc)
    g_layers += g_last
    gp: List[Tensor] = []
    for i in range(HIDDEN + 1):
        mask = p[3 * i + 2]
        gp += [g_layers[2 * i] * mask, g_layers[2 * i + 1], torch.zeros_like(mask)]
    if c is not None:
        gc.append(g[:, gz.size(1) :])
    return layout.shaped(gx, gz) + g[:, : gz.size(1)], gp + g_univariate


# The values of x are found group by group. Each step makes the hidden units that see no more than
# what is known, and no unit twice: all steps together multiply what one pass does.
def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    n = z.size(1)
    # What is known, the context and then the features in their order, and the inputs of each layer
    # but the first, one row each; the weights of the features in their order.
    known = z.new_zeros([0, z.size(0)])
    units = [known for i in range(HIDDEN)]
    if c is not None:
        known = c.t()
    first = torch.cat([p[0][:, n:]] + [p[0][:, f : f + 1] for f in ORDER], 1)
    last = p[3 * HIDDEN].unflatten(0, [PARAMETERS, n])
    last_bias = p[3 * HIDDEN + 1].view(PARAMETERS, n, 1)
    last = torch.cat([last[:, f : f + 1] for f in ORDER], 1)
    last_bias = torch.cat([last_bias[:, f : f + 1] for f in ORDER], 1)
    zs = torch.cat([z[:, f] for f in ORDER])
    found: List[Tensor] = []
    log_slopes: List[Tensor] = []
    begin = 0
    for step in range(len(ENDS)):
        end = ENDS[step]
        steps.extend(units, known, first, p, step)
        below = units[HIDDEN - 1]
        w = last[:, begin:end, : below.size(0)].flatten(0, 1)
        theta = torch.addmm(last_bias[:, begin:end].flatten(0, 1), w, below)
        x, log_slope = univariate.inverse(
            zs[begin * z.size(0) : end * z.size(0)].unsqueeze(0),
            theta.view(1, PARAMETERS, -1),
            p[3 * HIDDEN + 3 :],
        )
        x = x.view(end - begin, -1)
        found.append(x)
        log_slopes.append(log_slope.view(end - begin, -1))
        known = torch.cat([known, x])
        begin = end
    xs = torch.cat(found)
    by_feature = torch.stack([xs[place] for place in PLACES])
    return by_feature.t(), torch.cat(log_slopes).sum([0])
