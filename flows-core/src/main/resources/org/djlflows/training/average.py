# Moves the averages towards the weights.
def update(share: Tensor, p: List[Tensor]) -> Tensor:
    for average, weight in zip(p.of(averages), p.of(weights)):
        average.lerp_(weight, share)
    return share


# Exchanges the averages and the weights.
def swap(share: Tensor, p: List[Tensor]) -> Tensor:
    for average, weight in zip(p.of(averages), p.of(weights)):
        before = average.clone()
        average.copy_(weight)
        weight.copy_(before)
    return share
