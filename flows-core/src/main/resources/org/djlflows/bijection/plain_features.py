# The network sees features as they are.
def of(x: Tensor, features: List[int], axis: int) -> Tensor:
    return x


def record(x: Tensor, features: List[int], tape: List[Tensor]) -> Tensor:
    return x


def backward(g: Tensor, tape: List[Tensor]) -> Tensor:
    return g
