def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    x3 = x.unsqueeze(-1).flatten(2)
    z = x3 * p.log_scale.exp().unsqueeze(1) + p.shift.unsqueeze(1)
    return z.view_as(x), (p.log_scale.sum() * x3.size(2)).expand(x.size(0))


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    z3 = z.unsqueeze(-1).flatten(2)
    x = (z3 - p.shift.unsqueeze(1)) * (-p.log_scale).exp().unsqueeze(1)
    return x.view_as(z), (-p.log_scale.sum() * z3.size(2)).expand(z.size(0))


def record(
    x: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    tape.append(x)
    return forward(x, c, p)


def backward(
    gz: Tensor,
    gl: Tensor,
    c: Optional[Tensor],
    p: List[Tensor],
    tape: List[Tensor],
    gc: List[Tensor],
) -> Tuple[Tensor, List[Tensor]]:
    g3 = gz.unsqueeze(-1).flatten(2)
    gx = g3 * p.log_scale.exp().unsqueeze(1)
    x3 = tape.pop().unsqueeze(-1).flatten(2)
    g_log_scale = (gx * x3).sum([0, 2]) + gl.sum() * g3.size(2)
    return gx.view_as(gz), [g_log_scale, g3.sum([0, 2]), torch.zeros_like(p.fitted)]


# Set scale and shift so that each feature of the output has mean 0 and variance 1; return whether
# the batch was finite, without which nothing is set.
def fit_forward(x: Tensor, p: List[Tensor]) -> Tensor:
    mean, log_deviation = channels.statistics(x)
    return fit(-log_deviation, -mean * (-log_deviation).exp(), p)


def fit_inverse(z: Tensor, p: List[Tensor]) -> Tensor:
    mean, log_deviation = channels.statistics(z)
    return fit(log_deviation, mean, p)


def fit(log_scale: Tensor, shift: Tensor, p: List[Tensor]) -> Tensor:
    finite = torch.isfinite(log_scale).all() & torch.isfinite(shift).all()
    if bool(finite):
        p.log_scale.copy_(log_scale)
        p.shift.copy_(shift)
    return finite.to(p.fitted.dtype)
