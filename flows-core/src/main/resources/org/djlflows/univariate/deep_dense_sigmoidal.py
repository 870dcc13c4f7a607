# theta is (batch, parameters, n): of each layer the logits of what its units see, (UNITS, UNITS) but for
# the first, which sees x, and of its outputs, (UNITS, UNITS) but for the last, which is one; then scales
# and shifts of the units. h and the logarithms of its slopes are (batch, outputs, n).
def forward(x: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    shifts = torch.tensor(SHIFTS, dtype=x.dtype, device=x.device).unsqueeze(1)
    parts = theta.split_with_sizes(SIZES, 1)
    h = x.unsqueeze(1)
    log_slope = torch.zeros_like(h)
    for i in range(LAYERS):
        if i > 0:
            log_u = matrices(parts[4 * i]).log_softmax(2)
            log_slope = torch.logsumexp(log_u + log_slope.unsqueeze(1), [2])
            h = (log_u.exp() * h.unsqueeze(1)).sum([2])
        w = matrices(parts[4 * i + 1])
        if i < LAYERS - 1:
            w = w + torch.outer(shifts[:, 0], shifts[:, 0]).unsqueeze(2)
        scale = torch.softplus(parts[4 * i + 2] + SCALE) + SMALLEST
        u = torch.addcmul(parts[4 * i + 3] + shifts, scale, h)
        h, log_slope = mixed(u.unsqueeze(1), (scale.log() + log_slope).unsqueeze(1), w.log_softmax(2))
    return h.squeeze(1), log_slope.squeeze(1)


# Rows by the unit or output that they are of.
def matrices(logits: Tensor) -> Tensor:
    return logits.view(logits.size(0), logits.size(1) // UNITS, UNITS, logits.size(2))


# The logits of weighted sums of sigmoids at u, whose logarithms of slopes are given. The slope is a ratio
# of hazards, densities divided by the probability of the nearer end: densities are squares of what is
# far out.
def mixed(u: Tensor, log_slope: Tensor, log_w: Tensor) -> Tuple[Tensor, Tensor]:
    below = torch.log_sigmoid(u)
    above = torch.log_sigmoid(-u)
    log_below = torch.logsumexp(log_w + below, [2], True)
    log_above = torch.logsumexp(log_w + above, [2], True)
    h = log_below - log_above
    shares = torch.where(h < 0, log_w + below - log_below, log_w + above - log_above)
    hazards = torch.where(h < 0, above, below)
    log_hazard = torch.logsumexp(shares + hazards + log_slope, [2], True)
    return h.squeeze(2), (log_hazard - torch.log_sigmoid(h.abs())).squeeze(2)
