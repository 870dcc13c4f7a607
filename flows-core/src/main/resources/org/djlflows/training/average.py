# Moves the averages, the first half of p, towards the weights, the second half.
def update(share: Tensor, p: List[Tensor]) -> Tensor:
    n = len(p) // 2
    for i in range(n):
        p[i].lerp_(p[n + i], share)
    return share


# Exchanges the averages and the weights.
def swap(share: Tensor, p: List[Tensor]) -> Tensor:
    n = len(p) // 2
    for i in range(n):
        average = p[i].clone()
        p[i].copy_(p[n + i])
        p[n + i].copy_(average)
    return share
