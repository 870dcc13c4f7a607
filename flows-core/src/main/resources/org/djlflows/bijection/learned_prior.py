# Mean and log standard deviation of each channel, (1 or batch, C, 1).
def moments(c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    of_row = p.moments.unsqueeze(0)
    if CLASSES and c is not None:
        of_row = of_row + c.mm(p.classes)
    mean, log_deviation = of_row.unsqueeze(2).chunk(2, 1)
    return mean, log_deviation


def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    mean, log_deviation = moments(c, p)
    x3 = x.unsqueeze(-1).flatten(2)
    z = (x3 - mean) * (-log_deviation).exp()
    return z.view_as(x), (-x3.size(2) * log_deviation.sum([1, 2])).expand(x.size(0))


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    mean, log_deviation = moments(c, p)
    z3 = z.unsqueeze(-1).flatten(2)
    x = mean + z3 * log_deviation.exp()
    return x.view_as(z), (z3.size(2) * log_deviation.sum([1, 2])).expand(z.size(0))
