# A mixture of distributions of one shape, and behind its distribution function the quantile function
# of that shape. u, log_weight and log_scale are (batch, components, n), the last two also (batch,
# components, 1); a component is the shape at u, which grows with x by exp(log_scale).
#
# Of the probabilities on the two sides z is the quantile of one that is at most 3/4: that where at
# least half of the weight has its centre on the other. Where it, or the slope, is so small that
# products lose digits, logarithms take their place, for those values alone.
def step(u: Tensor, log_weight: Tensor, log_scale: Tensor) -> Tuple[Tensor, Tensor]:
    return record(u, log_weight, log_scale, [])


def record(
    u: Tensor, log_weight: Tensor, log_scale: Tensor, tape: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    weight = log_weight.exp()
    scale = log_scale.exp()
    balance = (u.sign() * weight).sum([1])
    side = torch.ones_like(balance).copysign(balance)
    tails, densities = shape.parts(u, side, weight, weight * scale)
    tail = tails.sum([1])
    density = densities.sum([1])
    t = shape.quantile(tail)
    density_of_z = shape.density(t)
    slope = density / density_of_z
    far = (tail < SMALL) | (slope < SMALL)
    if bool(far.any()):
        exact = from_logarithms(
            at(far, u), at(far, log_weight.expand_as(u)), at(far, log_scale.expand_as(u))
        )
        # Nothing that is infinite may have a gradient.
        t = shape.quantile(tail.masked_fill(far, 0.5))
        slope = density.masked_fill(far, 1.0) / shape.density(t)
        z = (side * t).masked_scatter(far, exact[0])
        log_slope = slope.log().masked_scatter(far, exact[1])
        # So that what backward divides is what logarithms gave.
        densities = put(densities, far, exact[2])
        tails = put(tails, far, exact[3])
        density = density.masked_fill(far, 1.0)
        density_of_z = density_of_z.masked_fill(far, 1.0)
    else:
        z = side * t
        log_slope = slope.log()
    tape.extend([u, scale, side, z, log_slope, densities, density, tails, density_of_z])
    return z, log_slope


# The components of some values, (values, components), and back.
def at(far: Tensor, a: Tensor) -> Tensor:
    return a.transpose(1, 2)[far]


def put(a: Tensor, far: Tensor, values: Tensor) -> Tensor:
    return a.transpose(1, 2).masked_scatter(far.unsqueeze(2), values).transpose(1, 2)


# z, the log-slope, the shares of the components in the density, and their probabilities divided by
# the density at z. The slope is the ratio of two hazards, that of the mixture and that of the shape
# at z, at the nearer end: densities are squares of what is far out.
def from_logarithms(
    u: Tensor, log_weight: Tensor, log_scale: Tensor
) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
    below, above, hazard_below, hazard_above = shape.logarithms(u)
    logs_below = log_weight + below
    logs_above = log_weight + above
    log_below = torch.logsumexp(logs_below, [1])
    log_above = torch.logsumexp(logs_above, [1])
    z, log_hazard_of_z = shape.quantile_of_logarithms(log_below, log_above)
    left = (log_below < log_above).unsqueeze(1)
    tails = torch.where(left, logs_below, logs_above).log_softmax(1)
    parts = tails + log_scale + torch.where(left, hazard_below, hazard_above)
    log_hazard = torch.logsumexp(parts, [1])
    odds = (tails - log_hazard_of_z.unsqueeze(1)).exp()
    return z, log_hazard - log_hazard_of_z, parts.softmax(1), odds


# The gradients of u, log_weight and log_scale. Those of z: its density times that of z is the
# density of the component, or its probability, with the sign of the side.
def backward(
    gz: Tensor, gl: Tensor, tape: List[Tensor]
) -> Tuple[Tensor, Tensor, Tensor]:
    density_of_z = tape.pop()
    tails = tape.pop()
    density = tape.pop()
    densities = tape.pop()
    log_slope = tape.pop()
    z = tape.pop()
    side = tape.pop()
    scale = tape.pop()
    u = tape.pop()
    # score is the derivative of the logarithm of a density.
    g = gz - gl * shape.score(z)
    by_slope = densities * (gl / density).unsqueeze(1)
    by_z = densities * (g * log_slope.exp() / density).unsqueeze(1) / scale
    g_u = torch.addcmul(by_z, by_slope, shape.score(u))
    g_log_weight = torch.addcmul(by_slope, tails, (side * g / density_of_z).unsqueeze(1), value=-1)
    return g_u, g_log_weight, by_slope
