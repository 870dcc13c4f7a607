# A convolution whose weights have, for each output, the norm of its scale.
def convolved(x: Tensor, v: Tensor, bias: Tensor, scale: Tensor) -> Tensor:
    norm = torch.linalg_vector_norm(v, 2, [1, 2, 3], True)
    return convolution.same(x, v * (scale.view_as(norm) / norm), bias)
