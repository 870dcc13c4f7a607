# A - A' is skew-symmetric, and its exponential a rotation.
def matrix(p: List[Tensor]) -> Tensor:
    return torch.linalg_matrix_exp(p.generator - p.generator.t())


def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return matrix(p).mm(x.t()).t(), x.new_zeros([x.size(0)])


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return matrix(p).t().mm(z.t()).t(), z.new_zeros([z.size(0)])
