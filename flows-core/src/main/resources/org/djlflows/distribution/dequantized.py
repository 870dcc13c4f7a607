def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    rows, context = start(x, p)
    u, log_q = noise.sample(rows, context, p.of(noise))
    log_p = density.log_prob(between(x, u, p), c, p.of(density))
    return bound(log_p, log_q, p)


def sample(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    y, log_p = density.sample(rows, c, p.of(density))
    k = level(y, p)
    return k, log_prob(k, c, p)


# What the noise takes: rows, and x moved into the unit interval around 0.
def start(x: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return x.flatten(1)[:, :0], (x + 0.5) / LEVELS - 0.5


def between(x: Tensor, u: Tensor, p: List[Tensor]) -> Tensor:
    return (x + u) / LEVELS


def bound(log_p: Tensor, log_q: Tensor, p: List[Tensor]) -> Tensor:
    return log_p - log_q - LOG_VOLUME


def level(y: Tensor, p: List[Tensor]) -> Tensor:
    return (y * LEVELS).floor().clamp(0, LEVELS - 1)


# The noise is recorded by autograd, since its gradient passes through its samples.
def record(x: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]) -> Tensor:
    torch.set_grad_enabled(True)
    x = autograd.leaf(x)
    rows, context = start(x, p)
    u, log_q = noise.sample(rows, context, p.of(noise))
    torch.set_grad_enabled(False)
    tape += [x, u, log_q]
    log_p = density.record(between(x, u, p).detach(), c, p.of(density), tape)
    return bound(log_p, log_q.detach(), p)


def backward(
    g: Tensor,
    c: Optional[Tensor],
    p: List[Tensor],
    tape: List[Tensor],
    gc: List[Tensor],
) -> Tuple[Tensor, List[Tensor]]:
    gy, g_density = density.backward(g, c, p.of(density), tape, gc)
    gu = gy / LEVELS
    gx, g_noise = autograd.gradients([gu, -g], False, p.of(noise), tape, gc)
    return gu + gx, g_density + g_noise
