# theta is (batch, SIGNAL, n): what the network of each feature sees beside x. The entries of a feature
# lie one behind the other; here they are (batch, features, units, entries).
def forward(x: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    features = p.of_x.size(0)
    signal = theta.unflatten(2, [features, -1]).transpose(1, 2)
    slope = p.of_x.abs().unsqueeze(2)
    seen = torch.matmul(p.of_signal.abs(), signal) + p.first_bias.unsqueeze(2)
    h = torch.addcmul(seen, slope, x.unflatten(1, [features, 1, -1]))
    for i in range(LAYERS):
        h = turned(h)
        slope = slope * h.clamp_max(0).exp()
        weight = p.weight[i].abs()
        h = torch.matmul(weight, turned(torch.elu(h))) + p.bias[i].unsqueeze(2)
        slope = torch.matmul(weight, slope)
    return h.flatten(1), slope.log().flatten(1)


# Gives the concave units, those of the second half, the other sign.
def turned(h: Tensor) -> Tensor:
    convex = (h.size(2) + 1) // 2
    return torch.cat([h[:, :, :convex], -h[:, :, convex:]], 2)
