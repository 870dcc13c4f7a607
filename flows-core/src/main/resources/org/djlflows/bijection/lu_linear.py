# lu holds L below its diagonal (whose own is 1), U above, and the unconstrained diagonal of U.


def diagonal(p: List[Tensor]) -> Tensor:
    return torch.softplus(p.lu.diagonal() + ONE) + SMALLEST


def lower(p: List[Tensor]) -> Tensor:
    return p.lu.tril(-1) + torch.eye(p.lu.size(0), dtype=p.lu.dtype, device=p.lu.device)


def upper(p: List[Tensor]) -> Tensor:
    return p.lu.triu(1) + diagonal(p).diag()


def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return record(x, c, p, [])


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    y = torch.linalg_solve_triangular(lower(p), (z - p.bias).t(), upper=False, unitriangular=True)
    u = upper(p)
    x = torch.linalg_solve_triangular(u, y, upper=True)
    return x.t(), -u.diagonal().log().sum().expand(z.size(0))


# The product of the matrices costs more than a second product with x where rows are few. Where they
# are many it is the faster way to take vectors as columns.
def record(
    x: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    l = lower(p)
    u = upper(p)
    tape.extend([x, l, u])
    if x.size(0) < x.size(1):
        z = torch.linear(torch.linear(x, u), l, p.bias)
    else:
        z = torch.addmm(p.bias.unsqueeze(1), l.mm(u), x.t()).t()
    return z, u.diagonal().log().sum().expand(x.size(0))


def backward(
    gz: Tensor,
    gl: Tensor,
    c: Optional[Tensor],
    p: List[Tensor],
    tape: List[Tensor],
    gc: List[Tensor],
) -> Tuple[Tensor, List[Tensor]]:
    u = tape.pop()
    l = tape.pop()
    g_product = gz.t().mm(tape.pop())
    g_upper = l.t().mm(g_product)
    g_diagonal = g_upper.diagonal() + gl.sum() / u.diagonal()
    g_diagonal = g_diagonal * torch.sigmoid(p.lu.diagonal() + ONE)
    g_lu = g_product.mm(u.t()).tril(-1) + g_upper.triu(1) + g_diagonal.diag()
    return u.t().mm(l.t().mm(gz.t())).t(), [g_lu, gz.sum([0])]
