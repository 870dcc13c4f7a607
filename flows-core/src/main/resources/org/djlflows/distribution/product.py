def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    one = first.log_prob(x.index_select(1, places(x, FIRST)), c, p.of(first))
    return one + second.log_prob(x.index_select(1, places(x, SECOND)), c, p.of(second))


def sample(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    one, log_prob_one = first.sample(rows, c, p.of(first))
    two, log_prob_two = second.sample(rows, c, p.of(second))
    x = torch.cat([one, two], 1).index_select(1, places(one, FIRST + SECOND).argsort())
    return x, log_prob_one + log_prob_two


def places(x: Tensor, indices: List[int]) -> Tensor:
    return torch.tensor(indices, dtype=4, device=x.device)
