# Features in the place of the batch, (features, rows), so that theta is the same along rows.
def flat(x: Tensor) -> Tensor:
    return x.t().contiguous()


def shaped(z: Tensor, x: Tensor) -> Tensor:
    return z.t()


def sum_of_row(log_slope: Tensor, x: Tensor) -> Tensor:
    return log_slope.sum([0])


def each_of_row(g: Tensor, x: Tensor) -> Tensor:
    return g.expand(x.size(1), x.size(0))
