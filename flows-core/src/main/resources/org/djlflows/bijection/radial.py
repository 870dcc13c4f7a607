# theta: z0 of D numbers, then alpha and beta. With alpha = |alpha| and beta' = softplus(beta) -
# alpha >= -alpha the map is invertible (appendix A.2).


# z0, alpha and softplus(beta).
def terms(
    x: Tensor, c: Optional[Tensor], p: List[Tensor]
) -> Tuple[Tensor, Tensor, Tensor]:
    theta = parameters.forward(x, c, p)
    z0, alpha, beta = theta.split_with_sizes([x.size(1), 1, 1], 1)
    return z0, alpha.abs(), torch.softplus(beta)


# 1 + beta' h(r) is stretch; the determinant is its (D - 1)th power times the slope of r stretch(r).
def stretch(r: Tensor, alpha: Tensor, softplus: Tensor) -> Tensor:
    return (r + softplus) / (alpha + r)


def log_det(r: Tensor, alpha: Tensor, softplus: Tensor, d: int) -> Tensor:
    along = (r * (r + 2 * alpha) + alpha * softplus) / (alpha + r).square()
    return ((d - 1) * stretch(r, alpha, softplus).log() + along.log()).squeeze(1)


# Equation 14: from noise to data.
def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    z0, alpha, softplus = terms(z, c, p)
    away = z - z0
    r = torch.linalg_vector_norm(away, 2, [1], True)
    return z0 + away * stretch(r, alpha, softplus), log_det(r, alpha, softplus, z.size(1))


# r stretch(r) = |x - z0| is a quadratic equation in r; of the two forms of its positive root, the one
# that does not cancel.
def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    z0, alpha, softplus = terms(x, c, p)
    away = x - z0
    length = torch.linalg_vector_norm(away, 2, [1], True)
    b = length - softplus
    q = 0.5 * (b.abs() + (b.square() + 4 * alpha * length).sqrt())
    r = torch.where(b >= 0, q, alpha * length / q)
    z = z0 + away / stretch(r, alpha, softplus)
    return z, -log_det(r, alpha, softplus, x.size(1))
