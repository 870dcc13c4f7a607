# p: weight, bias and scale of each convolution: the first, its skip, and three for each block.


# The i-th convolution, whose weights have, for each output, the norm of its scale.
def convolved(x: Tensor, i: int, p: List[Tensor]) -> Tensor:
    v = p[3 * i]
    norm = torch.linalg_vector_norm(v, 2, [1, 2, 3], True)
    weight = v * (p[3 * i + 2].view_as(norm) / norm)
    return convolution.same(x, weight, p[3 * i + 1])


def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    h = convolved(inputs.joined(torch.cat([x, -x], 1), c).relu(), 0, p)
    skips = convolved(h, 1, p)
    for i in range(BLOCKS):
        k = 2 + 3 * i
        h = h + convolved(convolved(h.relu(), k, p).relu(), k + 1, p)
        skips = skips + convolved(h, k + 2, p)
    return skips.relu()
