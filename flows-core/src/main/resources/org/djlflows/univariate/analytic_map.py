# theta is (batch, PARAMETERS LAYERS + 2, n): of each layer what its family takes, then shift and scale
# of what comes out. The layers begin at different places.
def outer(theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return theta[:, -2], scale_map.log_scale(theta[:, -1], p)


def forward(x: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    places = torch.tensor(PLACES, dtype=x.dtype, device=x.device)
    log_slope = torch.zeros_like(x)
    for i in range(LAYERS):
        x, more = family.forward(x, theta.narrow(1, PARAMETERS * i, PARAMETERS), places[i])
        log_slope = log_slope + more
    t, a = outer(theta, p)
    return torch.addcmul(t, x, a.exp()), log_slope + a


def inverse(z: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    places = torch.tensor(PLACES, dtype=z.dtype, device=z.device)
    t, a = outer(theta, p)
    x, log_slope = (z - t) * (-a).exp(), -a
    for j in range(LAYERS):
        i = LAYERS - 1 - j
        x, more = family.inverse(x, theta.narrow(1, PARAMETERS * i, PARAMETERS), places[i])
        log_slope = log_slope + more
    return x, log_slope
