def record(x: Tensor, tape: List[Tensor]) -> Tensor:
    y = torch.tanh(x)
    tape.append(y)
    return y


def backward(g: Tensor, tape: List[Tensor]) -> Tensor:
    return torch.tanh_backward(g, tape.pop())
