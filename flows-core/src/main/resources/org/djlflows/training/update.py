# Clips the gradients of what is trained and takes a step of AdamW; returns their norm before, and a
# weight after.
def update(
    limit: Tensor, rate: Tensor, gradients: List[Tensor], p: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    weights: List[Tensor] = []
    for i in TRAINED:
        weights.append(p.of(block)[i])
    norm = gradient_norm.clip(limit, gradients)
    updated = adam.update_all(
        weights, gradients, p.of(first_moments), p.of(second_moments), p.of(steps), rate
    )
    return norm.float(), updated


# The same, where p ends in the gradients.
def update_from(limit: Tensor, rate: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return update(limit, rate, p.of(gradients), p)
