# z = x exp(a) + t; theta is (batch, 2, n): t, then the a of which the mean of a row is taken away.
def terms(theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    t, s = theta.unbind(1)
    a = scale_map.log_scale(s, p)
    # For vectors rows lie behind features, for images on the first axis.
    if a.size(0) == 1:
        of_features = a.view(FEATURES, -1)
        return t, (of_features - of_features.mean([0])).view(1, -1)
    return t, a - a.mean([1], True)


def forward(x: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    t, a = terms(theta, p)
    return torch.addcmul(t, x, a.exp()), a


def inverse(z: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    t, a = terms(theta, p)
    return (z - t) * (-a).exp(), -a
