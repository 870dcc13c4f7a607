# sum_j a_j u^j, by Horner's scheme. u is (batch, 1, n), a of one coefficient more than the degree on
# the axis before the last.
def value(u: Tensor, a: Tensor) -> Tensor:
    found = a[:, :, DEGREE]
    for j in range(DEGREE):
        found = torch.addcmul(a[:, :, DEGREE - 1 - j], found, u)
    return found
