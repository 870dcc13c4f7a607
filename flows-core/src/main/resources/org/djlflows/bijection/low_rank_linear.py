# W = S + U V' with S = exp(log_scale) on the diagonal. By the matrix determinant lemma |W| = |S| |M|
# with the small matrix M = I + V' S^-1 U, and by Woodbury's formula W^-1 = S^-1 - S^-1 U M^-1 V' S^-1.
def small(p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    scaled = p.left * (-p.log_scale).exp().unsqueeze(1)
    one = torch.eye(scaled.size(1), dtype=scaled.dtype, device=scaled.device)
    return scaled, torch.addmm(one, p.right.t(), scaled)


def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    columns = x.t()
    z = p.left.mm(p.right.t().mm(columns)) + columns * p.log_scale.exp().unsqueeze(1)
    log_det = p.log_scale.sum() + torch.linalg_slogdet(small(p)[1])[1]
    return (z + p.bias.unsqueeze(1)).t(), log_det.expand(x.size(0))


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    scaled, m = small(p)
    columns = (z - p.bias).t() * (-p.log_scale).exp().unsqueeze(1)
    lu, pivots, info = torch.linalg_lu_factor_ex(m)
    x = columns - scaled.mm(torch.linalg_lu_solve(lu, pivots, p.right.t().mm(columns)))
    log_det = -p.log_scale.sum() - lu.diagonal().abs().log().sum()
    return x.t(), log_det.expand(z.size(0))
