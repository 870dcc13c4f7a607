# theta is (batch, BINS, n), of which a softmax makes the heights of the bins. All bins are as wide;
# the heights are 0 where exp underflows, their logarithms are not.


def forward(x: Tensor, theta: Tensor) -> Tuple[Tensor, Tensor]:
    logs = theta.log_softmax(1)
    heights = logs.exp()
    bin = (BINS * x).floor().clamp(0, BINS - 1)
    k = bin.to(4).unsqueeze(1)
    from_right = (bin + 1 - BINS * x).clamp(0, 1)
    z = bins.pick(heights.cumsum(1), k) - bins.pick(heights, k) * from_right
    return z, bins.pick(logs, k) + LOG_BINS


def inverse(z: Tensor, theta: Tensor) -> Tuple[Tensor, Tensor]:
    logs = theta.log_softmax(1)
    heights = logs.exp().clamp_min(1e-30)
    k, height, bottom, position = bins.locate(z, heights)
    return (k.squeeze(1) + position) / BINS, -LOG_BINS - bins.pick(logs, k)
