# A mixture of distributions of one shape, and behind its distribution function the quantile function
# of that shape. u, log_weight and scale are (batch, components, n), the last two also (batch,
# components, 1); a component is the shape at u, which grows with x by its scale.
#
# Of the probabilities on the two sides z is the quantile of one that is at most 3/4: that where at
# least half of the weight has its centre on the other. Where it, or the slope, is so small that
# products lose digits, logarithms take their place, for those values alone.
def step(u: Tensor, log_weight: Tensor, scale: Tensor) -> Tuple[Tensor, Tensor]:
    return record(u, log_weight, scale, [])


def record(
    u: Tensor, log_weight: Tensor, scale: Tensor, tape: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    weight = log_weight.exp()
    balance = (u.sign() * weight).sum([1])
    side = torch.ones_like(balance).copysign(balance)
    tails, densities = shape.parts(u, side, weight, weight * scale)
    tail = tails.sum([1])
    density = densities.sum([1])
    t = shape.quantile(tail)
    log_slope = shape.log_ratio(density, t)
    far = (tail < SMALL) | (log_slope < LOG_SMALL)
    if bool(far.any()):
        i, j = far.nonzero().unbind(1)
        side_far = side[i, j]
        t_far, log_slope_far, shares, odds = by_logarithms(
            u[i, :, j] * side_far.unsqueeze(1),
            log_weight.expand_as(u)[i, :, j],
            scale.expand_as(u)[i, :, j].log(),
        )
        t = t.masked_fill(far, 0.0)
        density = density.masked_fill(far, 1.0)
        if density.requires_grad:
            # Nothing that is infinite may have a gradient.
            t = shape.quantile(tail.masked_fill(far, 0.5))
            log_slope = shape.log_ratio(density, t)
        z = torch.index_put(side * t, [i, j], side_far * t_far)
        log_slope = torch.index_put(log_slope, [i, j], log_slope_far)
        # So that the ratios in backward are those of the logarithms.
        densities[i, :, j] = shares
        tails[i, :, j] = odds * shape.density(t[i, j]).unsqueeze(1)
    else:
        z = side * t
    tape.extend([u, scale, side, t, z, log_slope, densities, density, tails])
    return z, log_slope


# For components at v, beyond which the probability counts: the quantile of it, the log-slope, the
# shares of the components in the density, and their probabilities divided by the density there. The
# slope is a ratio of two hazards, densities divided by the probability beyond: densities themselves
# are squares of what is far out.
def by_logarithms(
    v: Tensor, log_weight: Tensor, log_scale: Tensor
) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
    log_tails, log_hazards = shape.logarithms(v)
    log_tails = log_weight + log_tails
    log_tail = log_tails.logsumexp([1], True)
    t, log_hazard_of_t = shape.quantile_of_logarithm(log_tail)
    log_tails = log_tails - log_tail
    log_hazards = log_tails + log_scale + log_hazards
    log_hazard = log_hazards.logsumexp([1], True)
    return (
        t.squeeze(1),
        (log_hazard - log_hazard_of_t).squeeze(1),
        (log_hazards - log_hazard).exp(),
        (log_tails - log_hazard_of_t).exp(),
    )


# The gradients of u, log_weight and the logarithm of scale. That of z by u is the density of the
# component, divided by the density at z, and by log_weight its probability, with the sign of the side.
def backward(
    gz: Tensor, gl: Tensor, tape: List[Tensor]
) -> Tuple[Tensor, Tensor, Tensor]:
    tails = tape.pop()
    density = tape.pop()
    densities = tape.pop()
    log_slope = tape.pop()
    z = tape.pop()
    t = tape.pop()
    side = tape.pop()
    scale = tape.pop()
    u = tape.pop()
    # score is the derivative of the logarithm of a density.
    g = gz - gl * shape.score(z)
    by_slope = densities * (gl / density).unsqueeze(1)
    by_z = densities * (g * log_slope.exp() / density).unsqueeze(1) / scale
    g_u = torch.addcmul(by_z, by_slope, shape.score(u))
    by_tail = (side * g / shape.density(t)).unsqueeze(1)
    return g_u, torch.addcmul(by_slope, tails, by_tail, value=-1), by_slope
