# theta is (batch, 3 COMPONENTS + 2, n): weights, places or shifts, and scales of the components, then
# shift and scale of what comes out. lines makes the log-slopes and the shifts of the components.
def forward(x: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    weight, place, scale, outer = theta.split_with_sizes([COMPONENTS, COMPONENTS, COMPONENTS, 2], 1)
    places = torch.tensor(PLACES, dtype=x.dtype, device=x.device).unsqueeze(1)
    log_scale, shift = lines(place, places, scale, p)
    z, log_slope = mixture.step(x, weight.log_softmax(1), log_scale, shift)
    t, s = outer.unbind(1)
    a = scale_map.log_scale(s, p)
    return torch.addcmul(t, z, a.exp()), log_slope + a
