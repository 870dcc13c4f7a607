# theta is (batch, 3 BINS - 1, n): widths, heights, inner slopes, all unconstrained. The bins lie on
# an axis of their own before n, because PyTorch is slow over short last axes.


# The bin of each value on an axis (0: x, 1: z): its left corner, its size, the slopes at its ends.
def bin_of(
    value: Tensor, theta: Tensor, axis: int
) -> Tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]:
    batch, n = value.size(0), value.size(1)
    sizes, slopes = theta.split([2 * BINS, BINS - 1], 1)
    sizes = sizes.reshape(batch, 2, BINS, n)
    e = (sizes - sizes.detach().amax([2], True)).exp()
    ends = e.cumsum(2)
    scale = FREE / ends[:, :, BINS - 1]

    inner = ends.detach()[:, axis, : BINS - 1]
    floor = torch.arange(1, BINS, dtype=value.dtype, device=value.device) * SMALLEST - BOUND
    knots = inner * scale.detach()[:, axis].unsqueeze(1) + floor.unsqueeze(1)
    k = (knots <= value.detach().unsqueeze(1)).sum([1], True)

    k2 = k.unsqueeze(1).expand(batch, 2, 1, n)
    e_k = e.gather(2, k2).squeeze(2)
    size = e_k * scale + SMALLEST
    left = (ends.gather(2, k2).squeeze(2) - e_k) * scale + (k.to(e.dtype) * SMALLEST - BOUND)
    # Padded with what becomes slope 1, that of the tails.
    slopes = torch.constant_pad_nd(slopes, [0, 0, 1, 1], 0).gather(1, torch.cat([k, k + 1], 1))
    slope = torch.softplus(slopes + SLOPE_ONE) + SMALLEST_SLOPE
    x0, z0 = left.unbind(1)
    w, h = size.unbind(1)
    d0, d1 = slope.unbind(1)
    return x0, w, z0, h, d0, d1


# Equations 4 and 5, from the position t in the bin.
def value_and_log_slope(
    t: Tensor, s: Tensor, z0: Tensor, h: Tensor, d0: Tensor, d1: Tensor
) -> Tuple[Tensor, Tensor]:
    u = t * (1 - t)
    denominator = s + (d0 + d1 - 2 * s) * u
    z = z0 + h * (s * t * t + d0 * u) / denominator
    slope = d1 * t * t + 2 * s * u + d0 * (1 - t) * (1 - t)
    return z, slope.log() + 2 * (s / denominator).log()


def forward(x: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    inside = x.abs() <= BOUND
    value = x.clamp(-BOUND, BOUND)
    x0, w, z0, h, d0, d1 = bin_of(value, theta, 0)
    # Rounding can place a value a hair outside its bin.
    t = ((value - x0) / w).clamp(0, 1)
    z, log_slope = value_and_log_slope(t, h / w, z0, h, d0, d1)
    return torch.where(inside, z, x), torch.where(inside, log_slope, 0)


# Equations 6 to 8; of the two forms of the root, by the sign of b, the one that does not cancel.
def inverse(z: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    inside = z.abs() <= BOUND
    value = z.clamp(-BOUND, BOUND)
    x0, w, z0, h, d0, d1 = bin_of(value, theta, 1)
    s = h / w
    v = (value - z0) / h
    curve = v * (d0 + d1 - 2 * s)
    a = curve + s - d0
    b = d0 - curve
    c = -s * v
    root = (b * b - 4 * a * c).clamp_min(1e-30).sqrt()
    numerator = torch.where(b >= 0, 2 * c, root - b)
    denominator = torch.where(b >= 0, -b - root, 2 * a)
    t = (numerator / denominator).clamp(0, 1)
    log_slope = value_and_log_slope(t, s, z0, h, d0, d1)[1]
    return torch.where(inside, x0 + t * w, z), torch.where(inside, -log_slope, 0)
