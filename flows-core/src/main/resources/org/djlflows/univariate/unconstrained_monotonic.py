# theta is (batch, SIGNAL + 1, n): the shift, then what the network of each feature sees beside x. The
# entries of a feature lie one behind the other; here they are (batch, features, units, entries).
def forward(x: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    shift, signal = theta.split_with_sizes([1, SIGNAL], 1)
    signal = signal.unflatten(2, [p.of_x.size(0), -1]).transpose(1, 2)
    seen = torch.matmul(p.of_signal, signal) + p.first_bias.unsqueeze(2)
    return integrated(x, shift, seen, p)


# Between -LIMIT and LIMIT.
def log_integrand(x: Tensor, seen: Tensor, p: List[Tensor]) -> Tensor:
    u = x.unflatten(1, [p.of_x.size(0), 1, -1])
    h = torch.addcmul(seen, p.of_x.unsqueeze(2), u)
    for i in range(LAYERS):
        h = torch.matmul(p.weight[i], activation.record(h, [])) + p.bias[i].unsqueeze(2)
    log = h.flatten(1)
    return log / torch.add(log.abs() / LIMIT, 1.0)
