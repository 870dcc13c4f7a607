# theta is (batch, 3 COMPONENTS + 2, n), or the same for all of n, (batch, 3 COMPONENTS + 2, 1):
# weights, places or shifts, and scales of the components, then shift and scale of what comes out.
# lines makes the places and the steepness of the components.
def forward(x: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return record(x, theta, p, [])


def parts_of(theta: Tensor) -> List[Tensor]:
    return theta.split_with_sizes([COMPONENTS, COMPONENTS, COMPONENTS, 1, 1], 1)


# Of the components log-weights, places and steepness; shift and log-scale of what comes out.
def maps(theta: Tensor, p: List[Tensor]) -> Tuple[List[Tensor], Tensor, Tensor]:
    weight, place, scale, t, s = parts_of(theta)
    place, steepness = lines(place, begin_of(theta), scale, p)
    components = [weight.log_softmax(1), place, steepness]
    return components, t.squeeze(1), scale_map.log_scale(s.squeeze(1), p)


def begin_of(theta: Tensor) -> Tensor:
    return torch.tensor(PLACES, dtype=theta.dtype, device=theta.device).unsqueeze(1)


def record(
    x: Tensor, theta: Tensor, p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    components, t, a = maps(theta, p)
    log_weight, place, steepness = components
    u = (x.unsqueeze(1) - place) * steepness
    tape.extend([theta, log_weight, steepness])
    z, log_slope = mixture.record(u, log_weight, steepness, tape)
    tape.extend([u, z, a])
    return torch.addcmul(t, z, a.exp()), log_slope + a


def backward(
    gz: Tensor, gl: Tensor, p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor, List[Tensor]]:
    a = tape.pop()
    z = tape.pop()
    u = tape.pop()
    g_inner = gz * a.exp()
    g_u, g_log_weight, g_log_scale = mixture.backward(g_inner, gl, tape)
    steepness = tape.pop()
    log_weight = tape.pop()
    theta = tape.pop()
    weight, place, scale, t, s = parts_of(theta)
    g_x = g_u * steepness
    g_weight = g_log_weight.sum_to_size(weight.size())
    g_weight = torch.addcmul(g_weight, log_weight.exp(), g_weight.sum([1], True), value=-1)
    g_place = -g_x.sum_to_size(place.size())
    g_log = torch.addcmul(g_log_scale, g_u, u).sum_to_size(scale.size())
    g_place, g_scale = lines_backward(g_place, g_log, place, begin_of(theta), scale, p)
    g_t = gz.unsqueeze(1).sum_to_size(t.size())
    g_a = torch.addcmul(gl, g_inner, z).unsqueeze(1).sum_to_size(s.size())
    g_s = scale_map.backward(g_a, s, p)[0]
    return g_x.sum([1]), torch.cat([g_weight, g_place, g_scale, g_t, g_s], 1), []


def inverse(z: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    components, t, a = maps(theta, p)
    inner = (z - t) * (-a).exp()
    # The quantile of a mixture lies between those of its components.
    _, place, steepness = components
    quantiles = (place + inner.unsqueeze(1) / steepness).detach()
    low = quantiles.amin([1])
    high = quantiles.amax([1])
    near = 0.5 * (low + high)
    if theta.size(2) < z.size(1):
        low, high, near = narrowed(inner.detach(), low, high, detached(components))
    x = solve_near(near, inner, low, high, components)
    return x, -forward(x, theta, p)[1]


# The bracket and the first guess from a table of the map, which is the same along n: its values at a
# few quantiles of each component, and between two of them the cubic with the slopes of both.
def narrowed(
    z: Tensor, low: Tensor, high: Tensor, components: List[Tensor]
) -> Tuple[Tensor, Tensor, Tensor]:
    _, place, steepness = components
    grid = torch.arange(-GRID, GRID + 1, dtype=z.dtype, device=z.device) * (4.0 / GRID)
    points = (place + grid / steepness).flatten(1).sort(1)[0]
    values, slopes = at(points, components)
    values = values.cummax(1)[0]
    right = torch.searchsorted(values, z.contiguous())
    inside = (right > 0) & (right < points.size(1))
    right = right.clamp(1, points.size(1) - 1)
    left = right - 1
    x0, x1 = points.gather(1, left), points.gather(1, right)
    z0, z1 = values.gather(1, left), values.gather(1, right)
    width, height = x1 - x0, z1 - z0
    share = (z - z0) / height
    bend_left = height / slopes.gather(1, left) - width
    bend_right = width - height / slopes.gather(1, right)
    bend = torch.lerp(bend_left, bend_right, share) * (1 - share)
    # Beyond the table a straight line; where the map is flat there is none.
    near = torch.addcmul(x0, share, torch.where(inside, width + bend, width))
    low = torch.where(inside, torch.maximum(x0, low), low)
    high = torch.where(inside, torch.minimum(x1, high), high)
    near = torch.where(torch.isfinite(near), near, 0.5 * (low + high))
    return low, high, near.clamp(low, high)


def at(x: Tensor, components: List[Tensor]) -> Tuple[Tensor, Tensor]:
    log_weight, place, steepness = components
    z, log_slope = mixture.step((x.unsqueeze(1) - place) * steepness, log_weight, steepness)
    return z, log_slope.exp()
