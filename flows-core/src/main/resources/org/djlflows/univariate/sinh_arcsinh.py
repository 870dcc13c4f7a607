# theta is (batch, 4, n): skew and tail weight, then shift and scale of what comes out.
def terms(theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
    skew, tail, t, s = theta.unbind(1)
    return skew, LOG_MOST * torch.tanh(tail), t, scale_map.log_scale(s, p)


def forward(x: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    skew, log_tail, t, a = terms(theta, p)
    y = torch.addcmul(skew, torch.asinh(x), log_tail.exp())
    return torch.addcmul(t, torch.sinh(y), a.exp()), a + log_tail + log_cosh(y) - log_cosh_of(x)


def inverse(z: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    skew, log_tail, t, a = terms(theta, p)
    z = (z - t) * (-a).exp()
    y = (torch.asinh(z) - skew) * (-log_tail).exp()
    return torch.sinh(y), log_cosh(y) - log_cosh_of(z) - log_tail - a


def log_cosh(y: Tensor) -> Tensor:
    y = y.abs()
    return y + torch.log1p((-2 * y).exp()) - LOG_TWO


# log(cosh(asinh(x))); far out the square would overflow.
def log_cosh_of(x: Tensor) -> Tensor:
    return torch.hypot(x, torch.ones_like(x)).log()
