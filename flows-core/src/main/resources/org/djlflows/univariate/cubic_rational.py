# theta is (batch, 3, n): centre, width, and height of the bend.
def terms(theta: Tensor, place: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    centre, width, alpha = theta.unbind(1)
    width = torch.softplus(width + ONE) + SMALLEST
    # Within -1 and 8, beyond which the slope is negative, and 0 at theta = 0.
    return centre + place, width, LEAST + RANGE * torch.sigmoid(alpha + MIDDLE)


# x + alpha x / (1 + x^2) and its slope.
def bend(x: Tensor, alpha: Tensor) -> Tuple[Tensor, Tensor]:
    ratio = (1 + x.square()).reciprocal()
    return x + alpha * x * ratio, 1 + alpha * ratio * (2 * ratio - 1)


def forward(x: Tensor, theta: Tensor, place: Tensor) -> Tuple[Tensor, Tensor]:
    centre, width, alpha = terms(theta, place)
    y, slope = bend((x - centre) / width, alpha)
    return torch.addcmul(centre, y, width), slope.log()


def inverse(z: Tensor, theta: Tensor, place: Tensor) -> Tuple[Tensor, Tensor]:
    centre, width, alpha = terms(theta, place)
    z = (z - centre) / width
    x = root(z.detach(), alpha.detach())
    # Steps of Newton's take away what rounding left; the last has the gradients of the implicit
    # function theorem.
    y, slope = bend(x, alpha.detach())
    x = x + (z.detach() - y) / slope
    y, slope = bend(x, alpha)
    x = x + (z - y) / slope.detach()
    return torch.addcmul(centre, x, width), -bend(x, alpha)[1].log()


# The only real root of x^3 - z x^2 + (1 + alpha) x - z, by Cardano's formula with the terms of the
# discriminant multiplied out, since they cancel far out. Where z^4 would overflow the root is z.
def root(z: Tensor, alpha: Tensor) -> Tensor:
    near = z.clamp(-FAR, FAR)
    square = near.square()
    p = (1 + alpha - square / 3) / 3
    q = near * (square / 27 - (alpha - 2) / 6)
    terms = 4 * square.square() + square * (8 - alpha * (20 + alpha)) + 4 * (1 + alpha).pow(3)
    r = (q.abs() + (terms / 108).clamp_min(0).sqrt()).clamp_min(1e-30).pow(1 / 3)
    r = torch.copysign(r, q)
    return near / 3 + r - p / r + (z - near)
