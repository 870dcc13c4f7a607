# Scalar maps on the entries of images, (batch, entries); theta comes from a 1x1 convolution.


def theta(h: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    out = torch.matmul(weight, h.flatten(2)) + bias.unsqueeze(1)
    return out.unflatten(1, [PARAMETERS, -1]).flatten(2)


def theta_backward(g: Tensor, h: Tensor, weight: Tensor) -> Tuple[Tensor, List[Tensor]]:
    g = g.reshape(g.size(0), weight.size(0), -1)
    g_weight = torch.bmm(g, h.flatten(2).transpose(1, 2)).sum([0])
    return torch.matmul(weight.t(), g).view_as(h), [g_weight, g.sum([0, 2])]


# Channels of h that are parameters already.
def arranged(h: Tensor) -> Tensor:
    return h.unflatten(1, [PARAMETERS, -1]).flatten(2)


def arranged_backward(g: Tensor, h: Tensor) -> Tensor:
    return g.reshape(h.size())


def flat(x: Tensor) -> Tensor:
    return x.flatten(1)


def shaped(z: Tensor, x: Tensor) -> Tensor:
    return z.view(x.size())


def sum_of_row(log_slope: Tensor, x: Tensor) -> Tensor:
    return log_slope.sum([1])


# The gradient of each log-slope from that of the sum.
def each_of_row(g: Tensor, x: Tensor) -> Tensor:
    return g.unsqueeze(1).expand(-1, x.size(1) * x.size(2) * x.size(3))
