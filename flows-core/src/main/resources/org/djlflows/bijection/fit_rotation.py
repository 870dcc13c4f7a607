# The generator of the principal axes, or a random one: of the rotation after which the features are
# the least normal.
def fit_forward(x: Tensor, p: List[Tensor]) -> Tensor:
    rows = x.transpose(0, 1).flatten(1).t()
    rows = rows[:: (rows.size(0) - 1) // ROWS + 1].double()
    finite = torch.isfinite(x).all()
    if bool(finite):
        centred = rows - rows.mean([0])
        axes = torch.linalg_eigh(centred.t().mm(centred))[1].t()
        best = logarithm(axes)
        highest = distance(rows, best)
        for i in range(CANDIDATES):
            other = torch.randn_like(best)
            d = distance(rows, other)
            if bool(d > highest):
                best = other
                highest = d
        p.generator.copy_(best)
    return finite.to(p.fitted.dtype)


# The divergence of the features from the standard normal distribution: that of the normal
# distributions of their means and deviations, and their negentropies by Hyvarinen's approximation.
def distance(rows: Tensor, generator: Tensor) -> Tensor:
    y = rows.mm(torch.linalg_matrix_exp(generator - generator.t()).t())
    mean = y.mean([0])
    deviation = y.std(0, False).clamp_min(1e-6)
    u = (y - mean) / deviation
    odd = (u * (-0.5 * u.square()).exp()).mean([0])
    even = u.abs().mean([0]) - MEAN_SIZE
    negentropy = 7.4129 * odd.square() + 11.105 * even.square()
    moments = 0.5 * (mean.square() + deviation.square() - 1) - deviation.log()
    return (negentropy + moments).sum()


# A with exp(A - A') = q, where axes may be turned round: by square roots, each the orthogonal factor
# of I + q, until the angles are so small that three terms of the series of arcsinh are all of it.
def logarithm(q: Tensor) -> Tensor:
    diagonal = q.diagonal()
    q = q * torch.where(diagonal < 0, -1.0, 1.0).to(q.dtype).unsqueeze(1)
    if bool(torch.linalg_slogdet(q)[0] < 0):
        signs = torch.ones_like(diagonal)
        signs[q.diagonal().argmin()] = -1.0
        q = q * signs.unsqueeze(1)
    identity = torch.eye(q.size(0), dtype=q.dtype, device=q.device)
    for i in range(10):
        u, s, v = torch.linalg_svd(q + identity)
        q = u.mm(v)
    s = 0.5 * (q - q.t())
    s2 = s.mm(s)
    return 512 * (s - s.mm(s2) / 6 + 3 * s.mm(s2).mm(s2) / 40)
