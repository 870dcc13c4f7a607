# theta is (batch, 2 BINS - 1, n): widths, then the slopes at the inner knots, all unconstrained.


# The widths of the bins and the slopes at all knots, between which they are linear, so that a bin
# rises by its width times the mean of two.
def knots(theta: Tensor) -> Tuple[Tensor, Tensor]:
    free, inner = theta.split_with_sizes([BINS, BINS - 1], 1)
    widths = bins.sizes(free)
    inner = torch.softplus(inner) + SMALLEST_SLOPE
    # Those at the ends are what all are divided by below: with END of 1/2 they become 1.
    first = END * widths[:, :1]
    last = END * widths[:, -1:]
    rise = rises(widths[:, 1:-1], inner).sum([1], True)
    rise = rise + first * inner[:, :1] + last * inner[:, -1:]
    end = rise / (1 - first - last)
    slopes = torch.cat([end, inner, end], 1)
    slopes = slopes / rises(widths, slopes).sum([1], True)
    return widths, torch.rsub(slopes, SMALLEST_SLOPE, SMALLEST_SLOPE - 1)


def rises(widths: Tensor, slopes: Tensor) -> Tensor:
    return 0.5 * widths * (slopes[:, :-1] + slopes[:, 1:])


def forward(x: Tensor, theta: Tensor) -> Tuple[Tensor, Tensor]:
    widths, slopes = knots(theta)
    k, width, left, t = bins.locate(x, widths)
    heights = rises(widths, slopes)
    bottom = bins.pick(heights.cumsum(1) - heights, k)
    d0 = bins.pick(slopes, k)
    slope = torch.lerp(d0, bins.pick(slopes, k + 1), t)
    return bottom + 0.5 * width * t * (d0 + slope), slope.log()


# The root that does not cancel.
def inverse(z: Tensor, theta: Tensor) -> Tuple[Tensor, Tensor]:
    widths, slopes = knots(theta)
    k, height, bottom, share = bins.locate(z, rises(widths, slopes))
    width = bins.pick(widths, k)
    left = bins.pick(widths.cumsum(1), k) - width
    d0 = bins.pick(slopes, k)
    d1 = bins.pick(slopes, k + 1)
    # The squares of slopes lie on a line over z.
    slope = torch.lerp(d0 * d0, d1 * d1, share).sqrt()
    return left + width * share * (d0 + d1) / (d0 + slope), -slope.log()
