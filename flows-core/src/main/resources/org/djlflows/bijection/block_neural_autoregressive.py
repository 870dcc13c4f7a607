# p: for each layer weight, log scale, bias and the mask of the blocks below the diagonal; then the
# gate. Arrays lie as (units, batch) with the units of a feature side by side, and the
# logarithms of the diagonal blocks of the Jacobian as (features, units of a feature, batch).
# WIDTHS: the units of a feature before each layer and after the last one.


# The blocks on the diagonal as (features, rows, columns); the columns of the context come first.
def diagonal(matrix: Tensor, layer: int) -> Tensor:
    columns = FEATURES * WIDTHS[layer]
    square = matrix.narrow(1, matrix.size(1) - columns, columns)
    blocks = square.unflatten(0, [FEATURES, -1]).unflatten(2, [FEATURES, -1])
    return blocks.diagonal(0, 0, 2).permute([2, 0, 1])


# Weight normalisation (section 3.3): the matrix exp(s) v / |v| of rows v, with the logarithms of its
# diagonal blocks, v, and exp(s) / |v|.
def matrix(p: List[Tensor], layer: int) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
    weight = p[4 * layer]
    v = weight * p[4 * layer + 3]
    diagonal(v, layer).copy_(diagonal(weight, layer).exp())
    log_scale = p[4 * layer + 1] - 0.5 * v.square().sum([1], True).log()
    log_blocks = diagonal(weight, layer) + log_scale.view(FEATURES, -1, 1)
    scale = log_scale.exp()
    return v * scale, log_blocks, v, scale


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
        w, log_blocks, v, scale = matrix(p, layer)
        if layer == 0:
            log_j = log_blocks
        else:
            h = u.tanh()
            log_j = log_j + log_slope(u).unflatten(0, [FEATURES, -1])
            log_j = log_product.record(log_blocks, log_j, tape)
        tape.extend([v, scale, h])
        u = torch.addmm(p[4 * layer + 2].unsqueeze(1), w, h)
    log_share, log_rest = residual.log_shares(x, p[4 * LAYERS :])
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
    own = p[4 * LAYERS :]
    log_share, log_rest = residual.log_shares(gz, own)
    share, rest = log_share.exp(), log_rest.exp()
    of_network = tape.pop()
    u = tape.pop()
    x = tape.pop()
    g_share = (gz.t() * u).sum() * share + (of_network * gl).sum()
    g_rest = (gz * x).sum() * rest + ((1 - of_network) * gl).sum()
    gp = residual.backward(g_share, g_rest, own)
    gx = gz * rest
    gu = gz.t() * share
    gj = (of_network * gl).unsqueeze(1)
    for k in range(LAYERS):
        layer = LAYERS - 1 - k
        h = tape.pop()
        scale = tape.pop()
        v = tape.pop()
        gh = (v * scale).t().mm(gu)
        gw = gu.mm(h.t())
        g_bias = gu.sum([1])
        if layer > 0:
            g_blocks, gj = log_product.backward(gj, tape)
            gu = gh * (1 - h.square()) - 2 * h * gj.flatten(0, 1)
        else:
            g_blocks = gj.sum([2], True)
        # A longer row and a smaller scale make the same matrix.
        g_log_scale = (gw * v).sum([1], True) * scale + g_blocks.sum([2]).view(-1, 1)
        gv = gw * scale - g_log_scale / v.square().sum([1], True) * v
        g_weight = gv * p[4 * layer + 3]
        diagonal(g_weight, layer).copy_(diagonal(gv, layer) * diagonal(v, layer) + g_blocks)
        gp = [g_weight, g_log_scale, g_bias, torch.zeros_like(g_weight)] + gp
        if layer == 0:
            if c is not None:
                gc.append(gh[: c.size(1)].t())
            gx = gx + gh[gh.size(0) - FEATURES :].t()
    return gx, gp


# One feature after the other: given those before, its noise increases with its value.
def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    log_share, log_rest = residual.log_shares(z, p[4 * LAYERS :])
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
            bias = p[4 * layer + 2][begin : begin + width].unsqueeze(1)
            before = known[layer].size(0)
            state.append(torch.addmm(bias, rows[:, :before], known[layer]))
            state.append(rows[:, before : before + WIDTHS[layer]])
        x = network.value_of(z[:, feature].unsqueeze(0), state)
        found.append(x)
        units = network.units(x, state)
        for layer in range(LAYERS):
            known[layer] = torch.cat([known[layer], units[layer]])
    x = torch.cat(found).t()
    return x, -forward(x, c, p)[1]
