def record(x: Tensor, tape: List[Tensor]) -> Tensor:
    y = torch.gelu(x)
    tape.append(x)
    return y


def backward(g: Tensor, tape: List[Tensor]) -> Tensor:
    return torch.gelu_backward(g, tape.pop())
