# The rows of the last layer lie as (parameters, features). Hidden units are sorted by degree. The
# network sees SEEN numbers of the features, then the context.


# Weight and bias of each layer, as the networks take them.
def masked(p: List[Tensor]) -> List[Tensor]:
    layers: List[Tensor] = []
    for i in range(HIDDEN + 1):
        layers += [p.weight[i] * p.mask[i], p.bias[i]]
    return layers


def with_context(x: Tensor, c: Optional[Tensor]) -> Tensor:
    if c is not None:
        x = torch.cat([x, c], 1)
    return x


def in_place(x: Tensor) -> List[int]:
    return [i for i in range(x.size(1))]


def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    layers = masked(p)
    seen = features.of(x, in_place(x), 1)
    h = network.forward(with_context(seen, c), None, layers[:-2])
    theta = layout.theta(h, layers[-2], layers[-1])
    z, log_slope = univariate.forward(layout.flat(x), theta, p.of(univariate))
    return layout.shaped(z, x), layout.sum_of_row(log_slope, x)


def record(
    x: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    layers = masked(p)
    seen = features.record(x, in_place(x), tape)
    h = network.record(with_context(seen, c), None, layers[:-2], tape)
    theta = layout.theta(h, layers[-2], layers[-1])
    z, log_slope = univariate.record(layout.flat(x), theta, p.of(univariate), tape)
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
        layout.flat(gz), layout.each_of_row(gl, gz), p.of(univariate), tape
    )
    g, g_last = layout.theta_backward(g_theta, h, layers[-2])
    g, g_layers = network.backward(g, None, layers[:-2], tape, gc)
    g_layers += g_last
    gp: List[Tensor] = []
    for i in range(HIDDEN + 1):
        g_weight = g_layers[2 * i] * p.mask[i]
        gp += [g_weight, g_layers[2 * i + 1], torch.zeros_like(g_weight)]
    if c is not None:
        gc.append(g[:, SEEN:])
    g = features.backward(g[:, :SEEN], tape)
    return layout.shaped(gx, gz) + g, gp + g_univariate


# The values of x are found group by group. Each step makes the hidden units that see no more than
# what is known, and no unit twice: all steps together multiply what one pass does.
def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    n = z.size(1)
    # What is known, the context and then the features in their order, and the inputs of each layer
    # but the first, one row each.
    known = z.new_zeros([0, z.size(0)])
    units = [known for i in range(HIDDEN)]
    if c is not None:
        known = c.t()
    # The weights of the features in their order, and those of each group.
    in_order = ORDER
    order = torch.tensor(in_order, device=z.device)
    columns = torch.tensor(COLUMNS, device=z.device)
    first = torch.cat([p.weight0[:, SEEN:], p.weight0.index_select(1, columns)], 1)
    last = p.weight[HIDDEN].unflatten(0, [PARAMETERS, n]).index_select(1, order)
    last_bias = p.bias[HIDDEN].view(PARAMETERS, n, 1).index_select(1, order)
    of_group = last.split_with_sizes(SIZES, 1)
    bias_of_group = last_bias.split_with_sizes(SIZES, 1)
    z_of_group = z.t().index_select(0, order).split_with_sizes(SIZES)
    found: List[Tensor] = []
    log_slopes: List[Tensor] = []
    done = 0
    for step in range(len(SIZES)):
        steps.extend(units, known, first, p, step)
        below = units[HIDDEN - 1]
        w = of_group[step].flatten(0, 1).narrow(1, 0, below.size(0))
        theta = torch.addmm(bias_of_group[step].flatten(0, 1), w, below)
        size = z_of_group[step].size(0)
        group = in_order[done : done + size]
        x, log_slope = univariate.inverse_of(
            z_of_group[step].view(1, -1), theta.view(1, PARAMETERS, -1), group, p.of(univariate)
        )
        x = x.view_as(z_of_group[step])
        done += size
        found.append(x)
        log_slopes.append(log_slope)
        known = torch.cat([known, features.of(x, group, 0)])
    log_det = torch.cat(log_slopes, 1).unflatten(1, [n, z.size(0)]).sum([0, 1])
    return torch.cat(found).index_select(0, order.argsort()).t(), log_det


# What an inversion in parallel keeps (sampling/jacobi.py): the noise in the order of the layer, the
# last weight and bias as (parameters, features), and the layers before, all features in that order.
def start(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> List[Tensor]:
    n = z.size(1)
    order = torch.tensor(ORDER, device=z.device)
    layers = masked(p)
    columns = torch.tensor(COLUMNS, device=z.device)
    first = torch.cat([layers[0].index_select(1, columns), layers[0][:, SEEN:]], 1)
    last = layers[-2].unflatten(0, [PARAMETERS, n]).index_select(1, order)
    last_bias = layers[-1].view(PARAMETERS, n).index_select(1, order)
    return [z.index_select(1, order), last, last_bias, first] + layers[1:-2]


# One pass of the network, for the features from begin to end.
def improve(
    x: Tensor, begin: int, end: int, state: List[Tensor], c: Optional[Tensor], p: List[Tensor]
) -> Tensor:
    seen = features.of(x, ORDER, 1)
    h = network.forward(with_context(seen, c), None, state[3:])
    weight = state[1][:, begin:end].flatten(0, 1)
    theta = layout.theta(h, weight, state[2][:, begin:end].flatten())
    z = state[0][:, begin:end]
    found = univariate.inverse_of(layout.flat(z), theta, ORDER[begin:end], p.of(univariate))[0]
    return layout.shaped(found, z)


def finish(x: Tensor) -> Tensor:
    return x.index_select(1, torch.tensor(ORDER, device=x.device).argsort())
