# theta: shares of the steps but for two at each end, which give slope 1 and curvature 0 there.
def of(theta: Tensor) -> Tuple[Tensor, Tensor]:
    ends = torch.full_like(theta[:, :1], STEP).expand(-1, 2, -1)
    steps = torch.cat([ends, FREE * theta.softmax(1), ends], 1)
    return torch.full_like(theta[:, :1], -BOUND), steps


# The gradient of theta from those of the first coefficient and of the steps.
def backward(g_first: Tensor, g_steps: Tensor, theta: Tensor) -> Tensor:
    shares = theta.softmax(1)
    return torch._softmax_backward_data(FREE * g_steps[:, 2:-2], shares, 1, shares.dtype)
