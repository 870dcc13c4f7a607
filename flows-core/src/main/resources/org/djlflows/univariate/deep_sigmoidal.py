# theta is (batch, 3 UNITS LAYERS, n): of each layer weights, scales and shifts of its units.
def forward(x: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    shifts = torch.tensor(SHIFTS, dtype=x.dtype, device=x.device).unsqueeze(1)
    log_slope = torch.zeros_like(x)
    for layer in theta.chunk(LAYERS, 1):
        weight, scale, shift = layer.chunk(3, 1)
        log_scale = (torch.softplus(scale + SCALE) + SMALLEST).log()
        x, more = mixture.step(x, weight.log_softmax(1), log_scale, shift + shifts)
        log_slope = log_slope + more
    return x, log_slope
