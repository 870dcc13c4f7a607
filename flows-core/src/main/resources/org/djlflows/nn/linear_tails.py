def forward(z: Tensor) -> Tuple[Tensor, Tensor]:
    return z, torch.zeros([1], dtype=z.dtype, device=z.device)


def inverse(y: Tensor) -> Tuple[Tensor, Tensor]:
    return forward(y)


# The gradient of z, given z and the gradients of both results.
def backward(gy: Tensor, gl: Tensor, z: Tensor) -> Tensor:
    return gy
