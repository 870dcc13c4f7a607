def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    h = normalised(x, p.first_weight, p.first_log_scale, p.first_shift).relu()
    h = normalised(h, p.second_weight, p.second_log_scale, p.second_shift).relu()
    return zero.convolved(h, p.last_weight, p.last_bias, p.last_log_scale)


# Scale and shift of each output; the weights take the scale.
def normalised(x: Tensor, weight: Tensor, log_scale: Tensor, shift: Tensor) -> Tensor:
    return convolution.same(x, weight * log_scale.exp().view([-1, 1, 1, 1]), shift)


# Set scales and shifts so that hidden channels have mean 0 and variance 1; return whether the batch
# was finite, without which nothing is set.
def fit_forward(x: Tensor, p: List[Tensor]) -> Tensor:
    a, b = fitted(x, p.first_weight)
    h = normalised(x, p.first_weight, a, b).relu()
    a2, b2 = fitted(h, p.second_weight)
    finite = torch.isfinite(a + b).all() & torch.isfinite(a2 + b2).all()
    if bool(finite):
        p.first_log_scale.copy_(a)
        p.first_shift.copy_(b)
        p.second_log_scale.copy_(a2)
        p.second_shift.copy_(b2)
    return finite.to(p.fitted.dtype)


def fitted(x: Tensor, weight: Tensor) -> Tuple[Tensor, Tensor]:
    none = weight.new_zeros([weight.size(0)])
    mean, log_deviation = channels.statistics(convolution.same(x, weight, none))
    return -log_deviation, -mean * (-log_deviation).exp()
