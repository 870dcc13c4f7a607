def record(x: Tensor, tape: List[Tensor]) -> Tensor:
    y = torch.elu(x)
    tape.append(y)
    return y


def backward(g: Tensor, tape: List[Tensor]) -> Tensor:
    return torch.elu_backward(g, 1.0, 1.0, 1.0, True, tape.pop())
