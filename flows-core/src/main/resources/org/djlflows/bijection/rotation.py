# A - A' is skew-symmetric, and its exponential q a rotation: to rounding, after q (3 - q' q) / 2.
def matrix(p: List[Tensor]) -> Tensor:
    q = exponential(p.generator - p.generator.t())
    return torch.addmm(q, q, q.t().mm(q), beta=1.5, alpha=-0.5)


# exp(a): the polynomial T8 of Bader, Blanes and Casas, 2019, for a / 2^squarings, squared. PyTorch's
# own asks the norm at several sizes of polynomials, and takes twice as long for small matrices.
def exponential(a: Tensor) -> Tensor:
    norm = float(a.abs().sum([0]).amax())
    squarings = 0
    while norm > (0.0499 if a.dtype == 7 else 0.58) and squarings < 99:
        norm *= 0.5
        squarings += 1
    a = a * 0.5**squarings
    identity = torch.eye(a.size(0), dtype=a.dtype, device=a.device)
    a2 = a.mm(a)
    a4 = a2.mm(torch.add(X1 * a, a2, alpha=X2))
    left = torch.add(a4, a2, alpha=X3)
    right = torch.add(X7 * a4, a2, alpha=X6)
    right = torch.add(torch.add(right, a, alpha=X5), identity, alpha=X4)
    e = torch.addmm(torch.add(a + identity, a2, alpha=Y2), left, right)
    for i in range(squarings):
        e = e.mm(e)
    return e


def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return matrix(p).mm(x.t()).t(), x.new_zeros([x.size(0)])


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return matrix(p).t().mm(z.t()).t(), z.new_zeros([z.size(0)])


def record(
    x: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    q = matrix(p)
    tape.extend([x, q])
    return q.mm(x.t()).t(), x.new_zeros([x.size(0)])


# The gradient of exp(a) is a block of the exponential of [[a', g], [0, a']], linear in g.
def backward(
    gz: Tensor,
    gl: Tensor,
    c: Optional[Tensor],
    p: List[Tensor],
    tape: List[Tensor],
    gc: List[Tensor],
) -> Tuple[Tensor, List[Tensor]]:
    q = tape.pop()
    g = gz.t().mm(tape.pop())
    size = g.abs().sum().clamp_min(1e-30)
    a = p.generator.t() - p.generator
    above = torch.cat([a, g / size], 1)
    below = torch.cat([torch.zeros_like(a), a], 1)
    n = a.size(0)
    g = exponential(torch.cat([above, below]))[:n, n:] * size
    return q.t().mm(gz.t()).t(), [g - g.t(), torch.zeros_like(p.fitted)]
