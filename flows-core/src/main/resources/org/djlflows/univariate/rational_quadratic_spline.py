# theta is (batch, 2 BINS + SLOPES, n): widths, heights, the slopes that are free, all unconstrained.
# The bins lie on an axis of their own before n, because PyTorch is slow over short last axes.
#
# A bin is seen from its right end: r is the distance to it as a share of the width, 1 - t in the
# paper. s is height / width, d0 and d1 are the slopes at the left and the right end.


# SMALLEST + FREE softmax in one operator.
def bin_sizes(free: Tensor) -> Tensor:
    return torch.rsub(free, SMALLEST, -FREE)


# Widths and heights of the bins as shares of what is free, (batch, 2, BINS, n), and the
# unconstrained slopes at all knots.
def knots(theta: Tensor, tape: List[Tensor]) -> Tuple[Tensor, Tensor]:
    sizes, slopes = theta.split_with_sizes([2 * BINS, SLOPES], 1)
    free = constraint.sizes(sizes, tape).unflatten(1, [2, BINS]).softmax(2)
    return free, ends_of.at_all(slopes)


# The number of each value's bin, and which bins lie below, by their right ends on an axis (0: x).
def find(value: Tensor, ends: Tensor, axis: int) -> Tuple[Tensor, Tensor]:
    below = ends.select(1, axis) <= value.unsqueeze(1)
    return below[:, : BINS - 1].sum([1], True), below


# Of the bin k of each value: width and height, the right end on both axes, the two unconstrained
# slopes.
def pick(
    k: Tensor, sizes: Tensor, ends: Tensor, slopes: Tensor
) -> Tuple[Tensor, Tensor, Tensor]:
    k2 = k.unsqueeze(1).expand(-1, 2, -1, -1)
    raw = slopes.gather(1, torch.cat([k, k + 1], 1))
    return sizes.gather(2, k2).squeeze(2), ends.gather(2, k2).squeeze(2), raw


# Equations 4 and 5, from the right end: z = z1 - h r second / first; the slope is fourth (s /
# first)^2; the third is to the left end what the second is to the right.
def curve(r: Tensor, s: Tensor, d0: Tensor, d1: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
    bend = torch.sub(d0 + d1, s, alpha=2)
    denominator = torch.addcmul(s, bend, torch.addcmul(r, r, r, value=-1))
    right = torch.lerp(d1, s, r)
    left = torch.lerp(s, d0, r)
    return denominator, right, left, torch.lerp(right, left, r)


def log_slope_of(numerator: Tensor, denominator: Tensor, s: Tensor) -> Tensor:
    return torch.add(numerator.log(), (s / denominator).log(), alpha=2)


def forward(x: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return record(x, theta, p, [])


def record(
    x: Tensor, theta: Tensor, p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    inside = x.clamp(-BOUND, BOUND)
    outside = inside != x
    value = inside + BOUND
    free, slopes = knots(theta, tape)
    sizes = bin_sizes(free)
    ends = sizes.cumsum(2)
    k, below = find(value, ends, 0)
    size, end, raw = pick(k, sizes, ends, slopes)
    slope = constraint.slope(raw)
    w, h = size.unbind(1)
    x1, z1 = end.unbind(1)
    d0, d1 = slope.unbind(1)

    # Rounding can place a value a hair outside its bin.
    r = ((x1 - value) / w).clamp(0, 1)
    s = h / w
    denominator, right, left, numerator = curve(r, s, d0, d1)
    z = torch.addcdiv(z1 - BOUND, h * r, denominator / right, value=-1)
    log_slope = log_slope_of(numerator, denominator, s)
    tape.extend([free, below, k, raw, slope, w, h, r, s, denominator, right, left, numerator, outside])
    return torch.where(outside, x, z), log_slope.masked_fill(outside, 0)


# Equations 6 to 8; of the two forms of the root, by the sign of b, the one that does not cancel.
def inverse(z: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    inside = z.clamp(-BOUND, BOUND)
    outside = inside != z
    value = inside + BOUND
    free, slopes = knots(theta, [])
    sizes = bin_sizes(free)
    ends = sizes.cumsum(2)
    size, end, raw = pick(find(value, ends, 1)[0], sizes, ends, slopes)
    w, h = size.unbind(1)
    x1, z1 = end.unbind(1)
    d0, d1 = constraint.slope(raw).unbind(1)
    s = h / w
    v = (z1 - value) / h
    bent = v * torch.sub(d0 + d1, s, alpha=2)
    a = bent + s - d1
    b = d1 - bent
    c = -s * v
    root = (b * b - 4 * a * c).clamp_min(1e-30).sqrt()
    positive = b >= 0
    numerator = torch.where(positive, 2 * c, root - b)
    denominator = torch.where(positive, -b - root, 2 * a)
    r = (numerator / denominator).clamp(0, 1)
    at_r = curve(r, s, d0, d1)
    log_slope = log_slope_of(at_r[3], at_r[0], s)
    x = torch.addcmul(x1 - BOUND, r, w, value=-1)
    return torch.where(outside, z, x), (-log_slope).masked_fill(outside, 0)


# From the right: the gradients of z and log-slope to those of the bin, then of theta. What a bin
# gives to its right end it takes from all sizes up to its own.
def backward(
    gz: Tensor, gl: Tensor, p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor, List[Tensor]]:
    outside = tape.pop()
    numerator = tape.pop()
    left = tape.pop()
    right = tape.pop()
    denominator = tape.pop()
    s = tape.pop()
    r = tape.pop()
    h = tape.pop()
    w = tape.pop()
    slope = tape.pop()
    raw = tape.pop()
    k = tape.pop()
    below = tape.pop()
    free = tape.pop()
    d0, d1 = slope.unbind(1)

    gi = gz.masked_fill(outside, 0)
    gl = gl.masked_fill(outside, 0)
    # z = z1 - h share.
    share = r * right / denominator
    g_share = -gi * h
    g_numerator = gl / numerator
    g_denominator = -torch.addcmul(gl + gl, g_share, share) / denominator
    per_denominator = g_share / denominator
    # numerator = lerp(right, left, r), right = lerp(d1, s, r), left = lerp(s, d0, r).
    g_left = g_numerator * r
    g_right = torch.addcmul(g_numerator - g_left, per_denominator, r)
    g_d0 = g_left * r
    g_s_left = g_left - g_d0
    g_s_right = g_right * r
    g_d1 = g_right - g_s_right
    # denominator = s + (d0 + d1 - 2 s) u, u = r (1 - r).
    u = torch.addcmul(r, r, r, value=-1)
    g_bend = g_denominator * u
    bend = torch.sub(d0 + d1, s, alpha=2)
    g_s = torch.sub(g_denominator + (gl + gl) / s + g_s_left + g_s_right, g_bend, alpha=2)
    g_r = per_denominator * right
    g_r = torch.addcmul(g_r, g_numerator, left - right)
    g_r = torch.addcmul(g_r, g_right, s - d1)
    g_r = torch.addcmul(g_r, g_left, d0 - s)
    g_r = torch.addcmul(g_r, g_denominator * bend, torch.sub(torch.ones_like(r), r, alpha=2))
    # s = h / w, r = (x1 - x) / w.
    g_x1 = g_r / w
    g_h = torch.addcmul(g_s / w, gi, share, value=-1)
    g_w = -torch.addcmul(g_s * s / w, g_x1, r)

    g_end = torch.stack([g_x1, gi], 1).unsqueeze(2) * FREE
    g_size = torch.stack([g_w, g_h], 1).unsqueeze(2) * FREE
    g_free = below.unsqueeze(1) * g_end
    g_free.scatter_(2, k.unsqueeze(1).expand_as(g_end), g_end + g_size)
    g_sizes = torch._softmax_backward_data(g_free, free, 2, free.dtype)
    g_raw = constraint.slope_backward(torch.stack([g_d0 + g_bend, g_d1 + g_bend], 1), raw, slope)
    g_slopes = r.new_zeros([r.size(0), BINS + 1, r.size(1)])
    g_slopes.scatter_(1, torch.cat([k, k + 1], 1), g_raw)
    g_sizes = constraint.sizes_backward(g_sizes.flatten(1, 2), tape)
    g_theta = torch.cat([g_sizes, ends_of.at_all_backward(g_slopes)], 1)
    return torch.where(outside, gz, -g_x1), g_theta, []
