# theta: the vectors v_k of D numbers, whose reflections make Q; a matrix with R above its diagonal,
# R~ transposed below, and on it the s of 1 + r_i r~_i = softplus(s_i + ONE); the logs of the
# diagonal of R~; b.


# Q, R, R~, b and 1 + r_i r~_i, for each group of rows that share them: one group of all rows, or a
# group for each.
def terms(
    x: Tensor, c: Optional[Tensor], p: List[Tensor]
) -> Tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
    theta = parameters.forward(x, c, p)
    sizes = [REFLECTIONS * x.size(1), RANK * RANK, RANK, RANK]
    v, f, log_diagonal, b = theta.split_with_sizes(sizes, 1)
    f = f.unflatten(1, [RANK, RANK])
    softplus = torch.softplus(f.diagonal(0, 1, 2) + ONE)
    r = f.triu(1) + ((softplus - 1) * (-log_diagonal).exp()).diag_embed()
    r2 = f.transpose(1, 2).triu(1) + log_diagonal.exp().diag_embed()
    q = orthonormal(v.unflatten(1, [REFLECTIONS, x.size(1)]))
    return q, r, r2, b.unsqueeze(1), softplus.unsqueeze(1)


# The first columns of the product of the reflections I - w_k w_k', w_k = sqrt(2) v_k / |v_k|, which
# is I - W' U with (I + triu(W W', 1)) U = W.
def orthonormal(v: Tensor) -> Tensor:
    w = v * (2**0.5 / v.norm(2, [2], True).clamp_min(1e-30))
    gram = w.matmul(w.transpose(1, 2))
    u = torch.linalg_solve_triangular(gram, w, upper=True, unitriangular=True)
    eye = torch.eye(v.size(2), RANK, dtype=v.dtype, device=v.device)
    return eye - w.transpose(1, 2).matmul(u[:, :, :RANK])


def grouped(x: Tensor, q: Tensor) -> Tensor:
    return x.unsqueeze(0) if q.size(0) == 1 else x.unsqueeze(1)


# R~ Q' x + b.
def inner(x: Tensor, q: Tensor, r2: Tensor, b: Tensor) -> Tensor:
    return x.matmul(q).matmul(r2.transpose(1, 2)) + b


# Q R h(a).
def outer(a: Tensor, q: Tensor, r: Tensor) -> Tensor:
    return activation.value(a).matmul(r.transpose(1, 2)).matmul(q.transpose(1, 2))


# The sum of log(1 + h'(a_i) r_i r~_i) without cancellation.
def log_slope(a: Tensor, softplus: Tensor) -> Tensor:
    h1 = activation.slope(a)
    return (1 - h1 + softplus * h1).log().sum([2]).flatten()


# The paper's f: from noise to data.
def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    q, r, r2, b, softplus = terms(z, c, p)
    z3 = grouped(z, q)
    a = inner(z3, q, r2, b)
    return (z3 + outer(a, q, r)).flatten(0, 1), log_slope(a, softplus)


# a + R~ R h(a) = R~ Q' x + b; the matrix is triangular, so that each a_i from the last to the first
# is the one solution of an equation of its own.
def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    q, r, r2, b, softplus = terms(x, c, p)
    x3 = grouped(x, q)
    t = inner(x3, q, r2, b)
    product = r2.matmul(r)
    solved: List[Tensor] = []
    for k in range(RANK):
        i = RANK - 1 - k
        a_i = activation.solve_for(t[:, :, i : i + 1], softplus[:, :, i : i + 1])
        t = t - activation.value(a_i) * product[:, :, i].unsqueeze(1)
        solved = [a_i] + solved
    a = torch.cat(solved, 2)
    return (x3 - outer(a, q, r)).flatten(0, 1), -log_slope(a, softplus)
