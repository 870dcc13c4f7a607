# The vectors v_k lie one a row. With the rows w_k = sqrt(2) v_k / |v_k| of W a reflection is
# H_k = I - w_k w_k', and H_1 ... H_K = I - W' U, where U solves (I + triu(W W', 1)) U = W.


def factors(p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    w = p.vectors * (2**0.5 / p.vectors.norm(2, [1], True).clamp_min(1e-30))
    u = torch.linalg_solve_triangular(w.mm(w.t()), w, upper=True, unitriangular=True)
    return w, u


# Q = H_K ... H_1 = I - U' W.
def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    w, u = factors(p)
    return torch.addmm(x.t(), u.t(), w.mm(x.t()), alpha=-1).t(), x.new_zeros([x.size(0)])


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    w, u = factors(p)
    return torch.addmm(z.t(), w.t(), u.mm(z.t()), alpha=-1).t(), z.new_zeros([z.size(0)])
