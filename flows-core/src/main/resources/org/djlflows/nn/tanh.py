# From the sigmoid: PyTorch takes several times as long for its own tanh.
def record(x: Tensor, tape: List[Tensor]) -> Tensor:
    y = torch.sigmoid(x + x) - 0.5
    y = y + y
    tape.append(y)
    return y


def backward(g: Tensor, tape: List[Tensor]) -> Tensor:
    return torch.tanh_backward(g, tape.pop())
