# z = x + g(x). The matrices in p are those by which x passes, bounded, and as the last array that of
# the context. The layers from FIRST on have an activation before them.
def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    units: List[Tensor] = []
    z = x + network(x, c, p, units)
    if ESTIMATED:
        return z, roulette(signs(x), units, p)[0]
    else:
        return z, torch.linalg_slogdet(columns(x, units, p, []))[1]


def image(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    h = x
    for i in range(LAYERS):
        if i >= FIRST:
            b = torch.softplus(p.steepness[i - FIRST])
            h = activation.value(h * b) / b
        h = linear(i, h, c, p)
    return x + h


# g(x); appends the inputs, values and slopes of all activations.
def network(x: Tensor, c: Optional[Tensor], p: List[Tensor], units: List[Tensor]) -> Tensor:
    h = x
    for i in range(LAYERS):
        if i >= FIRST:
            b = torch.softplus(p.steepness[i - FIRST])
            a = h * b
            value, slope = activation.both(a)
            h = value / b
            units.extend([a, h, slope])
        h = linear(i, h, c, p)
    return h


def linear(i: int, h: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    a = torch.linear(h, p.layer[i].weight, p.layer[i].bias)
    if i == 0 and c is not None:
        a = a + torch.linear(c, p[-1])
    return a


# J t for each direction t, (directions, rows or 1, features), with J the Jacobian of g; appends the
# tangents before each activation and layer.
def times(t: Tensor, units: List[Tensor], p: List[Tensor], tangents: List[Tensor]) -> Tensor:
    for i in range(LAYERS):
        tangents.append(t)
        if i >= FIRST:
            t = t * units[3 * (i - FIRST) + 2]
        if i < LAYERS - 1:
            t = t.matmul(p.layer[i].weight.t())
        else:
            # A product with few columns takes twice as long.
            t = p.layer[i].weight.matmul(t.transpose(1, 2)).transpose(1, 2)
    return t


# The columns of I + J: (rows, column, entry).
def columns(
    x: Tensor, units: List[Tensor], p: List[Tensor], tangents: List[Tensor]
) -> Tensor:
    v = torch.eye(x.size(1), dtype=x.dtype, device=x.device).unsqueeze(1)
    return (v + times(v, units, p, tangents)).transpose(0, 1)


def signs(x: Tensor) -> Tensor:
    return (torch.rand_like(x) - 0.5).sign().unsqueeze(0)


# log det (I + J), and directions u so that its differential is the sum of u' dJ t over the directions
# t whose tangents are appended.
def expansion(
    x: Tensor, units: List[Tensor], p: List[Tensor], tangents: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    if ESTIMATED:
        v = signs(x)
        log_det, t = roulette(v, units, p)
        times(t, units, p, tangents)
        return log_det, v
    else:
        slopes = columns(x, units, p, tangents)
        inverse_slopes = torch.linalg_inv_ex(slopes)[0]
        return torch.linalg_slogdet(slopes)[1], inverse_slopes.permute([2, 0, 1])


# Estimates of log det (I + J) and of (I + J)^-1 v by power series. Each term beyond EXACT_TERMS is
# there with probability SURVIVAL if the one before is, and divided by the probability of that.
def roulette(v: Tensor, units: List[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    log_det = torch.zeros_like(v[0, :, 0])
    inverse_times_v = torch.zeros_like(v)
    term = v
    factor = 1.0
    k = 0
    while k < EXACT_TERMS or float(torch.rand([1])) < SURVIVAL:
        if k >= EXACT_TERMS:
            factor = factor / SURVIVAL
        k += 1
        inverse_times_v = torch.add(inverse_times_v, term, alpha=factor)
        term = times(term, units, p, [])
        log_det = torch.add(log_det, (term * v).sum([0, 2]), alpha=factor / k)
        factor = -factor
    return log_det, inverse_times_v
