# theta is (batch, 3 COMPONENTS + 2, n): weights, places and scales of the components, then shift and
# scale of what comes out.
def forward(x: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    weight, place, scale, outer = theta.split_with_sizes([COMPONENTS, COMPONENTS, COMPONENTS, 2], 1)
    places = torch.tensor(PLACES, dtype=x.dtype, device=x.device).unsqueeze(1)
    log_scale = LOG_SCALE - scale_map.log_scale(scale, p)
    shift = -(place + places) * log_scale.exp()
    z, log_slope = mixture.step(x, weight.log_softmax(1), log_scale, shift)
    t, s = outer.unbind(1)
    a = scale_map.log_scale(s, p)
    return torch.addcmul(t, z, a.exp()), log_slope + a
