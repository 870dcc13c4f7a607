def record(x: Tensor, tape: List[Tensor]) -> Tensor:
    y = torch.relu(x)
    tape.append(y)
    return y


def backward(g: Tensor, tape: List[Tensor]) -> Tensor:
    return torch.threshold_backward(g, tape.pop(), 0)
