def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    if TRAINING:
        return density.estimate(x, c, p.of(density))
    return density.log_prob_of_first_order(x, c, p.of(density))


def sample(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return density.sample(rows, c, p.of(density))
