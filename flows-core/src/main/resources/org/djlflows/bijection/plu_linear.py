# lu holds L below its diagonal (whose own is 1) and U above.


def lower(p: List[Tensor]) -> Tensor:
    return p.lu.tril(-1) + torch.eye(p.lu.size(0), dtype=p.lu.dtype, device=p.lu.device)


def upper(p: List[Tensor]) -> Tensor:
    return p.lu.triu(1) + (p.sign * p.log_scale.exp()).diag()


# The places from which P takes.
def places(p: List[Tensor]) -> Tensor:
    return p.places.long()


def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    w = lower(p).mm(upper(p)).index_select(0, places(p))
    return w.mm(x.t()).t(), p.log_scale.sum().expand(x.size(0))


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    y = z.t().index_select(0, places(p).argsort())
    y = torch.linalg_solve_triangular(lower(p), y, upper=False, unitriangular=True)
    x = torch.linalg_solve_triangular(upper(p), y, upper=True)
    return x.t(), (-p.log_scale.sum()).expand(z.size(0))
