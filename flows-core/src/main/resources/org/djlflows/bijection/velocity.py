# The velocity f(z, t, c): a network of z, the cosines and sines of k pi t, and the context. t is of
# (1, 1), or of (rows, 1) where each row has its time.
def velocity(z: Tensor, t: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    return with_slopes(z, t, c, p, [])


# Appends the slopes of all hidden units, layer by layer.
def with_slopes(
    z: Tensor, t: Tensor, c: Optional[Tensor], p: List[Tensor], slopes: List[Tensor]
) -> Tensor:
    n = z.size(1)
    w = p.layer0_weight
    angles = t * torch.arange(1, FREQUENCIES + 1, dtype=z.dtype, device=z.device) * PI
    time = torch.cat([angles.cos(), angles.sin()], 1)
    a = torch.linear(time, w[:, n : n + 2 * FREQUENCIES], p.layer0_bias)
    a = a + torch.linear(z, w[:, :n])
    if c is not None:
        a = a + torch.linear(c, w[:, n + 2 * FREQUENCIES :])
    h = activated(a, slopes)
    for i in range(LAYERS - 1):
        h = activated(torch.linear(h, p.layer[i + 1].weight, p.layer[i + 1].bias), slopes)
    return torch.linear(h, p.last_weight, p.last_bias)


def activated(a: Tensor, slopes: List[Tensor]) -> Tensor:
    tape: List[Tensor] = []
    h = activation.record(a, tape)
    slopes.append(activation.backward(torch.ones_like(h), tape))
    return h


# v' (df/dz) for directions v, without the factor of the first weights: (directions, rows, units).
def products(v: Tensor, slopes: List[Tensor], p: List[Tensor]) -> Tensor:
    u = v.matmul(p.last_weight) * slopes[LAYERS - 1]
    for k in range(LAYERS - 1):
        u = u.matmul(p.layer[LAYERS - 1 - k].weight) * slopes[LAYERS - 2 - k]
    return u


# The velocity, and the sum of v' (df/dz) v over directions v: the trace where these are all unit
# vectors, (features, 1, features), Hutchinson's estimate where it is a random one, (1, rows, features).
# With two hidden layers, of slopes s and r, the trace of A diag(s) B diag(r) C is s' (B * (C A)') r,
# however many features there are. Penalties of training are taken off.
def field(
    z: Tensor, t: float, v: Tensor, c: Optional[Tensor], p: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    slopes: List[Tensor] = []
    f = with_slopes(z, z.new_full([1, 1], t), c, p, slopes)
    first = p.layer0_weight[:, : z.size(1)]
    u = v
    if JACOBIAN_NORM > 0 or not CLOSED:
        u = products(v, slopes, p)
    if CLOSED:
        product = p.layer1_weight * first.mm(p.last_weight).t()
        trace = (slopes[1].mm(product) * slopes[0]).sum([1])
    else:
        trace = (u * torch.linear(v, first)).sum([0, 2])
    if KINETIC_ENERGY > 0:
        trace = trace - KINETIC_ENERGY * f.square().sum([1])
    if JACOBIAN_NORM > 0:
        trace = trace - JACOBIAN_NORM * u.matmul(first).square().sum([0, 2])
    if ACCELERATION > 0:
        trace = trace - ACCELERATION * acceleration(f, t, slopes, p).square().sum([1])
    return f, trace


# That of a row on its way, df/dt + (df/dz) f.
def acceleration(f: Tensor, t: float, slopes: List[Tensor], p: List[Tensor]) -> Tensor:
    n = f.size(1)
    speeds = torch.arange(1, FREQUENCIES + 1, dtype=f.dtype, device=f.device) * PI
    time = torch.cat([-(t * speeds).sin() * speeds, (t * speeds).cos() * speeds]).unsqueeze(0)
    w = p.layer0_weight
    u = torch.linear(f, w[:, :n]) + torch.linear(time, w[:, n : n + 2 * FREQUENCIES])
    for i in range(LAYERS - 1):
        u = torch.linear(u * slopes[i], p.layer[i + 1].weight)
    return torch.linear(u * slopes[LAYERS - 1], p.last_weight)


# The system that is solved: y is z and, as the last column, the log-determinant so far.
def slope(
    y: Tensor, t: float, fixed: List[Tensor], c: Optional[Tensor], p: List[Tensor]
) -> Tuple[Tensor, List[Tensor]]:
    f, trace = field(y[:, :-1], t, fixed[0], c, p)
    integrands: List[Tensor] = []
    return torch.cat([f, trace.unsqueeze(1)], 1), integrands
