# theta: u and w of D numbers each, then b. s = w u, and w u' = -1 + softplus(s) > -1 keeps the map
# invertible (appendix A.1).


# w, b, u' and 1 + w u' = softplus(s), the last three for each row or one for all.
def terms(
    x: Tensor, c: Optional[Tensor], p: List[Tensor]
) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
    theta = parameters.forward(x, c, p)
    d = x.size(1)
    u, w, b = theta.split_with_sizes([d, d, 1], 1)
    s = (w * u).sum([1], True)
    softplus = torch.softplus(s)
    squared = w.square().sum([1], True)
    divisor = squared.clamp_min(TINY)
    # Also where w is so small that u' = u to rounding the last one is 1 + w u'.
    of_u = torch.lerp(1 + s, softplus, squared / divisor)
    return w, b, u + (softplus - 1 - s) * w / divisor, of_u


# log(1 + w u' h'(a)) without cancellation.
def log_slope(a: Tensor, softplus: Tensor) -> Tensor:
    h1 = activation.slope(a)
    return (1 - h1 + softplus * h1).log().squeeze(1)


# Equation 10: from noise to data.
def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    w, b, u, softplus = terms(z, c, p)
    a = (z * w).sum([1], True) + b
    return z + u * activation.value(a), log_slope(a, softplus)


# a + w u' h(a) = w x + b has one solution, as its left side increases.
def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    w, b, u, softplus = terms(x, c, p)
    t = (x * w).sum([1], True) + b
    a = activation.solve_for(t, softplus)
    return x - u * activation.value(a), -log_slope(a, softplus)


# How far the data of the noise of x is from x, and the condition number of the map there: the ratio
# of the singular values of I + h' u' w, all 1 but two; of one feature there is one.
def accuracy(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    z = forward(x, c, p)[0]
    w, b, u, softplus = terms(x, c, p)
    a = (z * w).sum([1], True) + b
    h1 = activation.slope(a)
    residual = (inverse(z, c, p)[0] - x).abs().amax([1])
    if x.size(1) == 1:
        return residual, torch.ones_like(residual)
    det = 1 - h1 + softplus * h1
    product = h1 * (u.square().sum([1], True) * w.square().sum([1], True)).sqrt()
    total = 2 * det + product.square()
    largest = 0.5 * (total + (total.square() - 4 * det.square()).clamp_min(0).sqrt())
    return residual, (largest / det).squeeze(1)
