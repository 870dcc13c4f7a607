# Clips the gradients of what is trained and takes a step of AdamW; returns their norm before, and a
# weight after. p: all parameters, then, of those that are trained, the first moments, the second
# moments and the steps of Adam.
def update(
    limit: Tensor, rate: Tensor, gradients: List[Tensor], p: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    weights: List[Tensor] = []
    for i in TRAINED:
        weights.append(p[i])
    state = p[PARAMETERS:]
    n = len(weights)
    norm = gradient_norm.clip(limit, gradients)
    updated = adam.update_all(
        weights, gradients, state[:n], state[n : 2 * n], state[2 * n :], rate
    )
    return norm.float(), updated


# The same, where p ends in the gradients.
def update_from(limit: Tensor, rate: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    n = len(p) - len(TRAINED)
    return update(limit, rate, p[n:], p[:n])
