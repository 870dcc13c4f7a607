# theta: where the middle lies, then the steps.
def of(theta: Tensor) -> Tuple[Tensor, Tensor]:
    steps = STEP * (torch.softplus(theta[:, 1:] + ONE) + SMALLEST)
    return torch.sub(theta[:, :1], steps.sum([1], True), alpha=0.5), steps
