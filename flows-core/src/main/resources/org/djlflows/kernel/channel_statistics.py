# Mean and log standard deviation of each feature; a feature that is constant keeps its scale.
def statistics(x: Tensor) -> Tuple[Tensor, Tensor]:
    rows = x.transpose(0, 1).flatten(1)
    deviation = rows.std(1, False)
    constant = deviation <= ROUNDING * rows.abs().amax([1])
    return rows.mean(1), torch.where(constant, torch.ones_like(deviation), deviation).log()
