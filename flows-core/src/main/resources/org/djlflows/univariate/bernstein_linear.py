# theta: where the middle lies, then the steps.
def of(theta: Tensor) -> Tuple[Tensor, Tensor]:
    steps = STEP * (torch.softplus(theta[:, 1:] + ONE) + SMALLEST)
    return torch.sub(theta[:, :1], steps.sum([1], True), alpha=0.5), steps


# The gradient of theta from those of the first coefficient and of the steps.
def backward(g_first: Tensor, g_steps: Tensor, theta: Tensor) -> Tensor:
    slopes = STEP * torch.sigmoid(theta[:, 1:] + ONE)
    return torch.cat([g_first, torch.sub(g_steps, g_first, alpha=0.5) * slopes], 1)
