# theta, (3 COMPONENTS + 2, n), of the mixtures that have the greatest likelihood given the columns of
# x, (rows, n): by expectation and maximisation, from components at quantiles on. One row more at the
# mean of each component keeps those that lose all rows.
def fit(x: Tensor) -> Tensor:
    x = x[:: (x.size(0) - 1) // ROWS + 1]
    n = x.size(0)
    shares = (torch.arange(COMPONENTS, dtype=x.dtype, device=x.device) + 0.5) / COMPONENTS
    columns: List[Tensor] = []
    for column in x.unbind(1):
        spread = column.std(0, False).clamp_min(1e-6)
        values = column.sort()[0]
        mean = values[(shares * n).floor().long().clamp(0, n - 1)]
        deviation = (spread / COMPONENTS).expand_as(mean)
        weight = torch.full_like(mean, 1.0 / COMPONENTS)
        for i in range(STEPS):
            away = column.unsqueeze(1) - mean
            log_part = weight.log() - deviation.log() - 0.5 * (away / deviation).square()
            part = log_part.softmax(1)
            count = part.sum([0]) + 1
            mean = (part.t().mv(column) + mean) / count
            away = column.unsqueeze(1) - mean
            variance = ((part * away.square()).sum([0]) + (spread / COMPONENTS).square()) / count
            deviation = torch.maximum(variance.sqrt(), FINEST * spread)
            weight = count / (n + COMPONENTS)
        columns.append(parameters(weight, mean, deviation))
    return torch.stack(columns, 1)


# The inverse of what forward makes of theta.
def parameters(weight: Tensor, mean: Tensor, deviation: Tensor) -> Tensor:
    places = torch.tensor(PLACES, dtype=mean.dtype, device=mean.device)
    a = (LOG_SCALE + deviation.log()).clamp(-LARGEST, LARGEST)
    scale = a / torch.rsub(a.abs() / LIMIT, 1.0)
    return torch.cat([weight.log(), mean - places, scale, mean.new_zeros([2])])
