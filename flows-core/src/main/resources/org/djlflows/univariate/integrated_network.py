# theta is (batch, SIGNAL + 1, n): the shift, then what the network sees beside x.
def forward(x: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    shift, signal = theta.split_with_sizes([1, SIGNAL], 1)
    seen = torch.matmul(p.of_signal, signal) + p.first_bias.unsqueeze(1)
    return integrated(x, shift, seen, p)


# Smooth and between -LIMIT and LIMIT.
def log_integrand(x: Tensor, seen: Tensor, p: List[Tensor]) -> Tensor:
    h = torch.addcmul(seen, p.of_x.unsqueeze(1), x.unsqueeze(1)).tanh()
    h = (torch.matmul(p.second_weight, h) + p.second_bias.unsqueeze(1)).tanh()
    log = torch.matmul(p.last_weight, h).squeeze(1) + p.last_bias
    return LIMIT * (log / LIMIT).tanh()
