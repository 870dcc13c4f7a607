# Scalar maps on the features of vectors. All features and rows lie on one axis, (1, features x
# rows), features first: the operators of the maps then run along it without a break, and the
# product that makes theta needs no transpose.


def theta(h: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    return torch.addmm(bias.unsqueeze(1), weight, h.t()).view(1, PARAMETERS, -1)


def theta_backward(g: Tensor, h: Tensor, weight: Tensor) -> Tuple[Tensor, List[Tensor]]:
    g = g.view(weight.size(0), -1)
    return g.t().mm(weight), [g.mm(h), g.sum([1])]


# Features of h that are parameters already.
def arranged(h: Tensor) -> Tensor:
    return h.t().reshape(1, PARAMETERS, -1)


def arranged_backward(g: Tensor, h: Tensor) -> Tensor:
    return g.reshape(h.size(1), h.size(0)).t()


def flat(x: Tensor) -> Tensor:
    return x.t().reshape(1, -1)


def shaped(z: Tensor, x: Tensor) -> Tensor:
    return z.view(x.size(1), x.size(0)).t()


def sum_of_row(log_slope: Tensor, x: Tensor) -> Tensor:
    return log_slope.view(x.size(1), x.size(0)).sum([0])


# The gradient of each log-slope from that of the sum.
def each_of_row(g: Tensor, x: Tensor) -> Tensor:
    return g.expand(x.size(1), x.size(0)).reshape(1, -1)
