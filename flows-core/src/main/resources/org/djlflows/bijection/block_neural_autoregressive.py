# Arrays lie as (units, batch) with the units of a feature side by side, and the logarithms of the
# diagonal blocks of the Jacobian as (features, units of a feature, batch). The masks are those of
# the blocks below the diagonal.
# WIDTHS: the units of a feature before each layer and after the last one.


# The blocks on the diagonal as (features, rows, columns); the columns of the context come first.
def diagonal(matrix: Tensor, layer: int) -> Tensor:
    columns = FEATURES * WIDTHS[layer]
    square = matrix.narrow(1, matrix.size(1) - columns, columns)
    blocks = square.unflatten(0, [FEATURES, -1]).unflatten(2, [FEATURES, -1])
    return blocks.diagonal(0, 0, 2).permute([2, 0, 1])


# Weight normalisation (section 3.3): the matrix of rows exp(s) v / |v|, where the weights of the
# diagonal blocks are logarithms, with the logarithms of these blocks, v / |v|, and 1 / |v|.
def matrix(p: List[Tensor], layer: int) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
    weight, log_scale = p.weight[layer], p.log_scale[layer]
    others = weight * p.mask[layer]
    of_others = log_of(others.square().sum([1]))
    own = diagonal(weight, layer)
    of_own = (2 * own).logsumexp([2]).flatten()
    log_norm = 0.5 * torch.logaddexp(of_own, of_others)
    # Not 0 times infinity beside a diagonal of zeros.
    reciprocal = (-log_norm).clamp_max(80).exp().unsqueeze(1)
    rows = others * reciprocal
    log_rows = own - log_norm.view(FEATURES, -1, 1)
    diagonal(rows, layer).copy_(log_rows.exp())
    log_blocks = log_rows + log_scale.view(FEATURES, -1, 1)
    return rows * log_scale.exp().unsqueeze(1), log_blocks, rows, reciprocal


# The logarithm, which at 0 has the gradient 0.
def log_of(a: Tensor) -> Tensor:
    zero = a == 0
    return a.masked_fill(zero, 1).log().masked_fill(zero, -float("inf"))


def with_context(x: Tensor, c: Optional[Tensor]) -> Tensor:
    if c is not None:
        return torch.cat([c.t(), x.t()])
    return x.t()


# log(1 - tanh(u)^2) where 1 - tanh(u)^2 would be rounding.
def log_slope(u: Tensor) -> Tensor:
    return -2 * (u - LOG_TWO + torch.softplus(-2 * u))


def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return record(x, c, p, [])


# Equations 7 and 10: the values and the logarithms of the derivatives of the network, layer by layer.
def record(
    x: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    h = with_context(x, c)
    u = h
    log_j = x.new_zeros([FEATURES, 1, 1])
    for layer in range(LAYERS):
        w, log_blocks, rows, reciprocal = matrix(p, layer)
        if layer == 0:
            log_j = log_blocks
        else:
            h = u.tanh()
            log_j = log_j + log_slope(u).unflatten(0, [FEATURES, -1])
            log_j = log_product.record(log_blocks, log_j, tape)
        tape.extend([w, rows, reciprocal, h])
        u = torch.addmm(p.bias[layer].unsqueeze(1), w, h)
    log_share, log_rest = residual.log_shares(x, p)
    of_network = log_j.squeeze(1) + log_share
    of_both = torch.logaddexp(of_network, log_rest)
    tape.extend([x, u, (of_network - of_both).exp()])
    z = log_share.exp() * u.t() + log_rest.exp() * x
    return z, of_both.sum([0])


def backward(
    gz: Tensor,
    gl: Tensor,
    c: Optional[Tensor],
    p: List[Tensor],
    tape: List[Tensor],
    gc: List[Tensor],
) -> Tuple[Tensor, List[Tensor]]:
    log_share, log_rest = residual.log_shares(gz, p)
    share, rest = log_share.exp(), log_rest.exp()
    of_network = tape.pop()
    u = tape.pop()
    x = tape.pop()
    g_share = (gz.t() * u).sum() * share + (of_network * gl).sum()
    g_rest = (gz * x).sum() * rest + ((1 - of_network) * gl).sum()
    gp = residual.backward(g_share, g_rest, p)
    gx = gz * rest
    gu = gz.t() * share
    gj = (of_network * gl).unsqueeze(1)
    for k in range(LAYERS):
        layer = LAYERS - 1 - k
        h = tape.pop()
        reciprocal = tape.pop()
        rows = tape.pop()
        gh = tape.pop().t().mm(gu)
        gw = gu.mm(h.t())
        g_bias = gu.sum([1])
        if layer > 0:
            g_blocks, gj = log_product.backward(gj, tape)
            gu = gh * (1 - h.square()) - 2 * h * gj.flatten(0, 1)
        else:
            g_blocks = gj.sum([2], True)
        # A longer row and a smaller scale make the same matrix.
        g_rows = gw * p.log_scale[layer].exp().unsqueeze(1)
        g_log_scale = (g_rows * rows).sum([1]) + g_blocks.sum([2]).flatten()
        g_rows = g_rows - g_log_scale.unsqueeze(1) * rows
        g_weight = g_rows * reciprocal * p.mask[layer]
        diagonal(g_weight, layer).copy_(diagonal(g_rows, layer) * diagonal(rows, layer) + g_blocks)
        gp = [g_weight, g_log_scale, g_bias, torch.zeros_like(g_weight)] + gp
        if layer == 0:
            if c is not None:
                gc.append(gh[: c.size(1)].t())
            gx = gx + gh[gh.size(0) - FEATURES :].t()
    return gx, gp


# One feature after the other: given those before, its noise increases with its value.
def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    log_share, log_rest = residual.log_shares(z, p)
    matrices: List[Tensor] = []
    known: List[Tensor] = []
    for layer in range(LAYERS):
        matrices.append(matrix(p, layer)[0])
        known.append(z.new_zeros([0, z.size(0)]))
    if c is not None:
        known[0] = c.t()
    found: List[Tensor] = []
    for feature in range(FEATURES):
        state = [log_share.exp(), log_rest.exp()]
        for layer in range(LAYERS):
            width = WIDTHS[layer + 1]
            begin = feature * width
            rows = matrices[layer][begin : begin + width]
            bias = p.bias[layer][begin : begin + width].unsqueeze(1)
            before = known[layer].size(0)
            state.append(torch.addmm(bias, rows[:, :before], known[layer]).unsqueeze(0))
            state.append(rows[:, before : before + WIDTHS[layer]].unsqueeze(0))
        noise = z[:, feature].unsqueeze(0).unsqueeze(0)
        x = network.solve_from(torch.zeros_like(noise), noise, state)
        found.append(x.squeeze(0))
        units = network.units(x, state)
        for layer in range(LAYERS):
            known[layer] = torch.cat([known[layer], units[layer].squeeze(0)])
    x = torch.cat(found).t()
    return x, -forward(x, c, p)[1]


# What an inversion in parallel keeps (sampling/jacobi.py): the noise, and of the matrix of each layer
# what lies below the diagonal and the blocks on it.
def start(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> List[Tensor]:
    state = [z]
    for layer in range(LAYERS):
        w = matrix(p, layer)[0]
        state.extend([w * p.mask[layer], diagonal(w, layer)])
    return state


# The equations of the features from begin to end, all solved at the same time.
def improve(
    x: Tensor, begin: int, end: int, state: List[Tensor], c: Optional[Tensor], p: List[Tensor]
) -> Tensor:
    log_share, log_rest = residual.log_shares(x, p)
    of_features = [log_share.exp(), log_rest.exp()]
    inputs = with_context(x, c)
    own = x.t().unsqueeze(1)
    for layer in range(LAYERS):
        below, blocks = state[2 * layer + 1], state[2 * layer + 2]
        others = torch.addmm(p.bias[layer].unsqueeze(1), below, inputs)
        others = others.unflatten(0, [FEATURES, -1])
        of_features.extend([others[begin:end], blocks[begin:end]])
        own = torch.baddbmm(others, blocks, own).tanh()
        inputs = own.flatten(0, 1)
    z = state[0][:, begin:end].t().unsqueeze(1)
    near = x[:, begin:end].t().unsqueeze(1)
    return network.solve_from(near, z, of_features).squeeze(1).t()


def finish(x: Tensor) -> Tensor:
    return x
