# theta is (batch, 3 UNITS LAYERS, n): of each layer weights, scales and shifts of its units.
def forward(x: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return record(x, theta, p, [])


def record(
    x: Tensor, theta: Tensor, p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    shifts = torch.tensor(SHIFTS, dtype=x.dtype, device=x.device).unsqueeze(1)
    log_slope = torch.zeros_like(x)
    for layer in theta.chunk(LAYERS, 1):
        weight, raw, shift = layer.chunk(3, 1)
        scale = torch.softplus(raw + SCALE) + SMALLEST
        log_weight = weight.log_softmax(1)
        u = torch.addcmul(shift + shifts, x.unsqueeze(1), scale)
        tape.extend([x, log_weight, raw, scale])
        x, more = mixture.record(u, log_weight, scale, tape)
        log_slope = log_slope + more
    return x, log_slope


def backward(
    gz: Tensor, gl: Tensor, p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor, List[Tensor]]:
    g_theta: List[Tensor] = []
    for layer in range(LAYERS):
        g_u, g_log_weight, g_log_scale = mixture.backward(gz, gl, tape)
        scale = tape.pop()
        raw = tape.pop()
        weight = tape.pop().exp()
        x = tape.pop()
        g_weight = torch.addcmul(g_log_weight, weight, g_log_weight.sum([1], True), value=-1)
        g_scale = torch.addcmul(g_log_scale / scale, g_u, x.unsqueeze(1))
        g_theta = [g_weight, g_scale * torch.sigmoid(raw + SCALE), g_u] + g_theta
        gz = (g_u * scale).sum([1])
    return gz, torch.cat(g_theta, 1), []
