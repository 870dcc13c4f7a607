# theta is (batch, 4 BINS - 1, n): widths, heights, the slopes at the inner knots, and where each
# bin is divided, all unconstrained.
#
# Within a bin both axes go from 0 to 1, the slopes at its ends are e0^2 and e1^2, and it is divided
# at x = share, z = share e0 / mean with mean = share e0 + (1 - share) e1, which makes the slopes of
# the two curves the same there. Both curves are one seen from the two ends: with e the root of the
# slope at the end, part its share of the bin and r the distance from the end as a share of that,
# the distance in z is part e^2 r / (1 + (e mean - 1) r).


def parts(theta: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    w, h, slopes, shares = theta.split_with_sizes([BINS, BINS, BINS - 1, BINS], 1)
    w, h = bins.sizes(w), bins.sizes(h)
    s = h / w
    slopes = constraint.slope(ends_of.at_all(slopes))
    e0 = (slopes[:, :-1] / s).sqrt()
    e1 = (slopes[:, 1:] / s).sqrt()
    return w, h, e0, e1, torch.rsub(torch.sigmoid(shares), SMALLEST_SHARE, 2 * SMALLEST_SHARE - 1)


def forward(x: Tensor, theta: Tensor) -> Tuple[Tensor, Tensor]:
    w, h, e0, e1, share = parts(theta)
    k, width, left, t = bins.locate(x, w)
    height = bins.pick(h, k)
    bottom = bins.pick(h.cumsum(1), k) - height
    e0, e1, share = bins.pick(e0, k), bins.pick(e1, k), bins.pick(share, k)
    mean = torch.lerp(e1, e0, share)
    from_left = t <= share
    e = torch.where(from_left, e0, e1)
    part = torch.where(from_left, share, 1 - share)
    r = torch.where(from_left, t, 1 - t) / part
    divisor = 1 + (e * mean - 1) * r
    v = part * e * e * r / divisor
    z = bottom + height * torch.where(from_left, v, 1 - v)
    return z, (height / width).log() + 2 * (e / divisor).log()


def inverse(z: Tensor, theta: Tensor) -> Tuple[Tensor, Tensor]:
    w, h, e0, e1, share = parts(theta)
    k, height, bottom, v = bins.locate(z, h)
    width = bins.pick(w, k)
    left = bins.pick(w.cumsum(1), k) - width
    e0, e1, share = bins.pick(e0, k), bins.pick(e1, k), bins.pick(share, k)
    mean = torch.lerp(e1, e0, share)
    from_left = v * mean <= share * e0
    e = torch.where(from_left, e0, e1)
    part = torch.where(from_left, share, 1 - share)
    u = (torch.where(from_left, v, 1 - v) * mean / (part * e)).clamp(0, 1)
    r = u / (u + e * mean * (1 - u))
    divisor = 1 + (e * mean - 1) * r
    x = left + width * torch.where(from_left, part * r, 1 - part * r)
    return x, (width / height).log() - 2 * (e / divisor).log()
