# The same with mean and variance of the batch, which move the running ones.
def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return record(x, c, p, [])


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return running.inverse(z, c, p)


def record(
    x: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    moved = mask.moved(x)
    x3 = moved.unsqueeze(-1).flatten(2)
    values = x3.size(0) * x3.size(2)
    assert values != 1, "BatchNorm: expected 2 values of each channel or more in training, got 1"
    mean = x3.mean([0, 2])
    centred = x3 - mean.unsqueeze(1)
    variance = centred.square().mean([0, 2])
    finite = torch.isfinite(variance.detach()).all()
    move(p.statistics_mean, mean.detach(), finite)
    move(p.statistics_variance, variance.detach(), finite)
    deviation = (variance + 1e-4).sqrt()
    z = centred / deviation.unsqueeze(1)
    tape += [z, deviation]
    log_det = -x3.size(2) * deviation.log().sum()
    return mask.joined(mask.kept(x), z.view_as(moved)), log_det.expand(x.size(0))


# A batch that is empty or not finite moves nothing.
def move(statistic: Tensor, batch: Tensor, finite: Tensor):
    statistic.lerp_(torch.where(finite, batch, statistic), 0.1)


# The variance depends on each entry, and both z and the log-determinant on the variance.
def backward(
    gz: Tensor,
    gl: Tensor,
    c: Optional[Tensor],
    p: List[Tensor],
    tape: List[Tensor],
    gc: List[Tensor],
) -> Tuple[Tensor, List[Tensor]]:
    deviation = tape.pop()
    z = tape.pop()
    moved = mask.moved(gz)
    g = moved.unsqueeze(-1).flatten(2)
    g_mean = g.mean([0, 2]).unsqueeze(1)
    g_variance = ((g * z).mean([0, 2]) + gl.mean()).unsqueeze(1)
    gx = (g - g_mean - z * g_variance) / deviation.unsqueeze(1)
    gp = [torch.zeros_like(p.statistics_mean), torch.zeros_like(p.statistics_variance)]
    return mask.joined(mask.kept(gz), gx.view_as(moved)), gp
