# triangle: the strict triangle of T, and on its diagonal log T_ii.


def strict(a: Tensor) -> Tensor:
    return a.triu(1) if UPPER else a.tril(-1)


def triangle(p: List[Tensor]) -> Tensor:
    return strict(p.triangle) + p.triangle.diagonal().exp().diag()


def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    z = torch.addmm(p.bias.unsqueeze(1), triangle(p), x.t())
    return z.t(), p.triangle.diagonal().sum().expand(x.size(0))


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    x = torch.linalg_solve_triangular(triangle(p), (z - p.bias).t(), upper=UPPER)
    return x.t(), -p.triangle.diagonal().sum().expand(z.size(0))


def record(
    x: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    tape.append(x)
    return forward(x, c, p)


def backward(
    gz: Tensor,
    gl: Tensor,
    c: Optional[Tensor],
    p: List[Tensor],
    tape: List[Tensor],
    gc: List[Tensor],
) -> Tuple[Tensor, List[Tensor]]:
    t = triangle(p)
    g = gz.t().mm(tape.pop())
    g_log_diagonal = g.diagonal() * t.diagonal() + gl.sum()
    return t.t().mm(gz.t()).t(), [strict(g) + g_log_diagonal.diag(), gz.sum([0])]
