# The rows are cosines of growing frequency. In float64, since their arguments are large.
def matrix(x: Tensor, axis: int) -> Tensor:
    n = x.size(axis)
    k = torch.arange(n, dtype=7, device=x.device)
    waves = ((k.unsqueeze(1) * (k + 0.5)) * (PI / n)).cos() * (2 / n) ** 0.5
    return torch.cat([waves[:1] * 0.5**0.5, waves[1:]]).to(x.dtype)


def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    for axis in range(FIRST_AXIS, x.dim()):
        x = x.transpose(axis, -1).matmul(matrix(x, axis).t()).transpose(axis, -1)
    return x, x.new_zeros([x.size(0)])


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    for axis in range(FIRST_AXIS, z.dim()):
        z = z.transpose(axis, -1).matmul(matrix(z, axis)).transpose(axis, -1)
    return z, z.new_zeros([z.size(0)])
