def record(x: Tensor, tape: List[Tensor]) -> Tensor:
    y = torch.silu(x)
    tape.append(x)
    return y


def backward(g: Tensor, tape: List[Tensor]) -> Tensor:
    return torch.silu_backward(g, tape.pop())
