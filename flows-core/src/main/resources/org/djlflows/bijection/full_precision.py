def linear(x: Tensor, w: Tensor, b: Tensor) -> Tensor:
    return torch.linear(x, w, b)


def empty(like: Tensor, shape: List[int]) -> Tensor:
    return like.new_empty(shape)
