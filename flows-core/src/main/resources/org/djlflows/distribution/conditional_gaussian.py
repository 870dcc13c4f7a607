# A joint normal distribution with mean 0 and of it the conditional ones, whichever values are given,
# by the sweep operator: of the covariance S the swept one holds the regression of what is not given
# on what is, its residual covariance, and -1 times the inverse of the covariance of what is given.
# In float64, since columns can be nearly linear functions of others.


def covariance(factor: Tensor) -> Tensor:
    wide = factor.double()
    return wide.mm(wide.t()).unsqueeze(0)


# Gives value k, in the rows that have it; swept is (1 or batch, n, n).
def give(swept: Tensor, k: int, rows: Optional[Tensor]) -> Tensor:
    pivot = swept[:, k, k].view(-1, 1, 1)
    column = swept[:, :, k].unsqueeze(2)
    share = column / pivot
    given = swept - share * column.transpose(1, 2)
    given[:, :, k] = share.squeeze(2)
    given[:, k, :] = share.squeeze(2)
    given[:, k, k] = -1 / pivot.view(-1)
    if rows is not None:
        given = torch.where(rows.view(-1, 1, 1), given, swept)
    return given


# Of values z, (batch, n), that are given or 0: mean and deviation of each of the others, and of each
# that is given by how many deviations it is off its mean given the rest. `given` and the deviations
# are (1 or batch, n), as `swept` is.
def conditionals(z: Tensor, given: Tensor, swept: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    wide = z.double()
    if swept.size(0) == 1:
        found = wide.mm(swept[0])
    else:
        found = swept.bmm(wide.unsqueeze(2)).squeeze(2)
    variance = swept.diagonal(0, 1, 2)
    mean = found.masked_fill(given, 0)
    deviation = variance.masked_fill(given, 1).clamp_min(1e-12).sqrt()
    residual = -found / (-variance).clamp_min(1e-12).sqrt()
    return mean, deviation, residual.masked_fill(~given, 0).to(z.dtype)
