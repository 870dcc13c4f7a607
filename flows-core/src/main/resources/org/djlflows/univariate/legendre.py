# sum_j a_j sqrt(2 j + 1) P_j(u), by the recurrence of the P_j. u is (batch, 1, n), a of one
# coefficient more than the degree on the axis before the last.
def value(u: Tensor, a: Tensor) -> Tensor:
    before = torch.ones_like(u)
    last = u
    found = torch.addcmul(a[:, :, 0], a[:, :, 1], u, value=3.0**0.5)
    for j in range(2, DEGREE + 1):
        following = torch.sub((2.0 - 1.0 / j) * u * last, before, alpha=1.0 - 1.0 / j)
        before = last
        last = following
        found = torch.addcmul(found, a[:, :, j], last, value=(2.0 * j + 1.0) ** 0.5)
    return found
