def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    return with_others(density.log_prob(x, c, p.of(density)), x, c, p)


def sample(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    x, bound = density.sample(rows, c, p.of(density))
    return x, with_others(bound, x, c, p)


def with_others(
    bound: Tensor, x: Tensor, c: Optional[Tensor], p: List[Tensor]
) -> Tensor:
    sum = bound
    for i in range(1, DRAWS):
        sum = mean.log_sum(sum, density.log_prob(x, c, p.of(density)))
    return mean.log_mean(sum)
