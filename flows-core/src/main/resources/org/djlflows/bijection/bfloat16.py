# 15 is bfloat16. What is added up and normalised stays in the type of the parameters.
def linear(x: Tensor, w: Tensor, b: Tensor) -> Tensor:
    return torch.linear(x.to(15), w.to(15), b.to(15))


def empty(like: Tensor, shape: List[int]) -> Tensor:
    return like.new_empty(shape, dtype=15)
