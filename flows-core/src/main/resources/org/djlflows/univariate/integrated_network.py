# theta is (batch, SIGNAL + 1, n): the shift, then what the network sees beside x.
def forward(x: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    shift, signal = theta.split_with_sizes([1, SIGNAL], 1)
    seen = torch.matmul(p.of_signal, signal) + p.first_bias.unsqueeze(1)
    inside = x.clamp(-BOUND, BOUND)
    log_slope = log_integrand(inside, seen, p)
    end = inside.detach()
    points: List[float] = POINTS
    weights: List[float] = WEIGHTS
    mean = torch.zeros_like(x)
    for i in range(len(points)):
        value = log_integrand(points[i] * end, seen, p).exp()
        mean = torch.add(mean, value, alpha=weights[i])
    # The gradient with respect to x is that of the integral, not of the sum.
    z = torch.addcmul(shift.squeeze(1), end, mean)
    return torch.addcmul(z, log_slope.exp(), x - end), log_slope


# Smooth and between -LIMIT and LIMIT.
def log_integrand(x: Tensor, seen: Tensor, p: List[Tensor]) -> Tensor:
    h = torch.addcmul(seen, p.of_x.unsqueeze(1), x.unsqueeze(1)).tanh()
    h = (torch.matmul(p.second_weight, h) + p.second_bias.unsqueeze(1)).tanh()
    log = torch.matmul(p.last_weight, h).squeeze(1) + p.last_bias
    return LIMIT * (log / LIMIT).tanh()
