def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return layer.forward(x, c, bounded(x.size(1), p, []))


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return solved.inverse(z, c, bounded(z.size(1), p, []))


# p with bounded matrices; the columns of the context, which are free, become the last array.
def bounded(features: int, p: List[Tensor], norms: List[Tensor]) -> List[Tensor]:
    first = p.layer0_weight
    arrays = [norm.bounded(first[:, :features], norms), p.layer0_bias]
    for i in range(LAYERS - 1):
        arrays.extend([norm.bounded(p.layer[i + 1].weight, norms), p.layer[i + 1].bias])
    return arrays + [p.steepness, first[:, features:]]


def record(
    x: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    norms: List[Tensor] = []
    units: List[Tensor] = []
    tangents: List[Tensor] = []
    q = bounded(x.size(1), p, norms)
    z = x + layer.network(x, c, q, units)
    log_det, u = layer.expansion(x, units, q, tangents)
    for i in range(LAYERS):
        if i >= FIRST:
            tape.extend(units[3 * (i - FIRST) : 3 * (i - FIRST) + 3])
        else:
            tape.append(x)
        tape.append(tangents[i])
        tape.extend(norms[2 * i : 2 * i + 2])
    tape.append(u)
    return z, log_det


# From the last layer to the first: g is the gradient of its output, and u, for each direction, that
# of the tangent there, where their sum over all directions is that of u' J t.
def backward(
    gz: Tensor,
    gl: Tensor,
    c: Optional[Tensor],
    p: List[Tensor],
    tape: List[Tensor],
    gc: List[Tensor],
) -> Tuple[Tensor, List[Tensor]]:
    u = tape.pop() * gl.unsqueeze(1)
    g = gz
    features = gz.size(1)
    gp: List[Tensor] = []
    g_steepness: List[Tensor] = []
    for k in range(LAYERS):
        i = LAYERS - 1 - k
        w = p.layer[i].weight
        if i == 0:
            w = w[:, :features]
        norm_slope = tape.pop()
        factor = tape.pop()
        tangent = tape.pop()
        t = tangent
        slope = tangent
        if i >= FIRST:
            slope = tape.pop()
            t = tangent * slope
        h = tape.pop()
        t = t.expand([-1, g.size(0), -1]).flatten(0, 1)
        g_bounded = torch.addmm(u.flatten(0, 1).t().mm(t), g.t(), h)
        gw = norm.backward(g_bounded, w, factor, norm_slope)
        g_bias = g.sum([0])
        if i == 0 and c is not None:
            gw = torch.cat([gw, g.t().mm(c)], 1)
            gc.append(g.mm(p.layer0_weight[:, features:]))
        gp = [gw, g_bias] + gp
        w = w * factor
        g = g.mm(w)
        if i >= FIRST:
            a = tape.pop()
            u = u.matmul(w)
            s = p.steepness[i - FIRST]
            b = torch.softplus(s)
            g_slope = (u * tangent).sum([0]) * activation.curvature(a, h * b, slope)
            of_b = (g * (a * slope / b - h) + g_slope * a).sum() / b
            g_steepness = [of_b * torch.sigmoid(s)] + g_steepness
            g = g * slope + g_slope * b
            u = u * slope
    return g + gz, gp + [torch.stack(g_steepness)]
