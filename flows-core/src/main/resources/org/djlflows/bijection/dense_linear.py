# Vectors are columns in the products, which is the faster way for many of them.


def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    z = torch.addmm(p.bias.unsqueeze(1), p.weight, x.t())
    return z.t(), torch.linalg_slogdet(p.weight)[1].expand(x.size(0))


# One factorisation gives x and the determinant; a singular W gives values that are not finite.
def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    lu, pivots, info = torch.linalg_lu_factor_ex(p.weight)
    x = torch.linalg_lu_solve(lu, pivots, (z - p.bias).t())
    return x.t(), -lu.diagonal().abs().log().sum().expand(z.size(0))


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
    w_inverse, info = torch.linalg_inv_ex(p.weight)
    g_weight = gz.t().mm(tape.pop()) + gl.sum() * w_inverse.t()
    return p.weight.t().mm(gz.t()).t(), [g_weight, gz.sum([0])]
