# theta is (batch, 2 BINS + 2, n): widths, heights, the slopes at both ends, all unconstrained.
#
# Within a bin both axes go from 0 to 1: there the slopes at its ends are e0 and e1.


# Widths, heights, and e0 and e1 of all bins. Between two bins the slope is Steffen's: that of the
# parabola through three knots, but at most twice the slope of either bin.
def knots(theta: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
    w, h, ends = theta.split_with_sizes([BINS, BINS, 2], 1)
    w, h = bins.sizes(w), bins.sizes(h)
    s = h / w
    w0, w1, s0, s1 = w[:, :-1], w[:, 1:], s[:, :-1], s[:, 1:]
    inner = torch.min(2 * torch.min(s0, s1), (w1 * s0 + w0 * s1) / (w0 + w1))
    # Within 0 and 3, where all curves increase, and 1 at theta = 0.
    ends = 3 * torch.sigmoid(ends - LOG_TWO)
    e0 = torch.cat([ends[:, :1], inner / s1], 1)
    e1 = torch.cat([inner / s0, ends[:, 1:]], 1)
    return w, h, e0, e1


# The cubic from (0, 0) to (1, 1) and its slope.
def curve(t: Tensor, e0: Tensor, e1: Tensor) -> Tuple[Tensor, Tensor]:
    cubic = e0 + e1 - 2
    square = 1 - e0 - cubic
    value = t * (e0 + t * (square + t * cubic))
    # At an end the slope can underflow.
    return value, (e0 + t * (2 * square + 3 * t * cubic)).clamp_min(1e-30)


def forward(x: Tensor, theta: Tensor) -> Tuple[Tensor, Tensor]:
    w, h, e0, e1 = knots(theta)
    k, width, left, t = bins.locate(x, w)
    height = bins.pick(h, k)
    bottom = bins.pick(h.cumsum(1), k) - height
    value, slope = curve(t, bins.pick(e0, k), bins.pick(e1, k))
    return bottom + height * value, (height / width * slope).log()


def inverse(z: Tensor, theta: Tensor) -> Tuple[Tensor, Tensor]:
    w, h, e0, e1 = knots(theta)
    k, height, bottom, v = bins.locate(z, h)
    width = bins.pick(w, k)
    left = bins.pick(w.cumsum(1), k) - width
    e0, e1 = bins.pick(e0, k), bins.pick(e1, k)
    # A step of Newton's takes away what rounding left, and has the gradients of the implicit
    # function theorem. It is as short as a slope is small: where that changes much within a step,
    # the step gains nothing.
    t = root(v.detach(), e0.detach(), e1.detach())
    value, slope = curve(t, e0, e1)
    slope = slope.detach().clamp_min(1e-12)
    missing = v - value
    most = 0.05 * slope
    step = torch.max(torch.min(missing.detach() / slope, most), -most)
    t = (t + step).clamp(0, 1) + (missing - missing.detach()) / slope
    return left + width * t, -(height / width * curve(t, e0, e1)[1]).log()


# Where the curve is v. In 1 / t the equation is a cubic too, led by v, which is at least 1/2 where
# the curve is seen from the farther end. No root of it but the wanted one is above 1, so that it is
# the largest, by Cardano's formula or by cosines.
def root(v: Tensor, e0: Tensor, e1: Tensor) -> Tensor:
    lower = v < 0.5
    near = torch.where(lower, e1, e0)
    v = torch.where(lower, 1 - v, v)
    c = near / v
    a = (e0 + e1 - 2) / v
    b = (1 - near) / v - a
    c = c / 3
    p = c * c + b / 3
    q = c * c * c + 0.5 * (b * c + a)
    m = p.clamp_min(0).sqrt()
    discriminant = q * q - p * p * p
    r = (q.abs() + discriminant.clamp_min(0).sqrt()).clamp_min(1e-30).pow(1 / 3)
    r = torch.copysign(r, q)
    turned = (q / (m * m * m).clamp_min(1e-30)).clamp(-1, 1).acos() / 3
    # Where rounding makes a double root complex, what is below 1 is the other one.
    single = c + r + p / r
    largest = torch.where((discriminant > 0) & (single > 0.999), single, c + 2 * m * turned.cos())
    t = largest.reciprocal().clamp(0, 1)
    return torch.where(lower, 1 - t, t)
