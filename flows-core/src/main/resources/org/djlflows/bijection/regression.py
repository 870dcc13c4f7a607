def prediction(c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    assert c is not None
    return torch.addmm(p.intercept, c.clamp(-LIMIT, LIMIT), p.slopes.t())


def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return (x - prediction(c, p)) / p.deviation, (-p.deviation.log().sum()).expand(x.size(0))


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return z * p.deviation + prediction(c, p), p.deviation.log().sum().expand(z.size(0))


def backward(
    gz: Tensor,
    gl: Tensor,
    c: Optional[Tensor],
    p: List[Tensor],
    tape: List[Tensor],
    gc: List[Tensor],
) -> Tuple[Tensor, List[Tensor]]:
    assert c is not None
    gx = gz / p.deviation
    gc.append(-gx.mm(p.slopes) * (c.abs() <= LIMIT))
    return gx, [torch.zeros_like(w) for w in p]


# The q-quantile of the sizes of the entries of each column.
def size(x: Tensor, q: float) -> Tensor:
    return x.abs().kthvalue(1 + int(q * (x.size(0) - 1)), 0)[0]


# The sum of squares of each column, of entries no larger than nearly all of them are.
def squares(x: Tensor) -> Tensor:
    limit = size(x, BULK)
    return x.clamp(-limit, limit).square().sum([0])


# Huber's regression by modified residuals, for which all columns of x share one factorisation. A row
# whose context lies far out weighs as much as one at FAR, so that it cannot turn the plane.
def fit(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor, Tensor]:
    assert c is not None
    step = 1 + (x.size(0) - 1) // ROWS
    y = x[::step].double()
    inputs = c[::step].double().clamp(-LIMIT, LIMIT)
    inputs = torch.cat([inputs, torch.ones_like(inputs[:, :1])], 1)
    far = (inputs.abs().amax([1], True) / FAR).clamp(1.0)
    weighted = inputs / (far * far)
    gram = weighted.t().mm(inputs)
    gram.diagonal().add_(RIDGE * y.size(0))
    factor, info = torch.linalg_cholesky_ex(gram)
    plane = torch.zeros([inputs.size(1), y.size(1)], dtype=y.dtype, device=y.device)
    residual = y
    for k in range(STEPS):
        limit = HUBER * size(residual, 0.5).clamp(LEAST)
        moved = weighted.t().mm(residual.clamp(-limit, limit))
        plane = plane + torch.cholesky_solve(moved, factor)
        residual = y - inputs.mm(plane)
    # Few rows more than slopes fit anything.
    unexplained = UNEXPLAINED
    if y.size(0) <= ROWS_PER_SLOPE * inputs.size(1):
        unexplained = 0.0
    variance = squares(residual) / max(y.size(0) - inputs.size(1), 1)
    useful = variance < unexplained * squares(y) / y.size(0)
    plane = torch.where(useful, plane, 0.0).t()
    deviation = torch.where(useful, variance.sqrt().clamp(LEAST), 1.0)
    return plane[:, :-1].to(x.dtype), plane[:, -1].to(x.dtype), deviation.to(x.dtype)
