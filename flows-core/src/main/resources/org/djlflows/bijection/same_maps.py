# Of maps that are the same for each row, without a network.
def begin_at(fitted: Tensor, p: List[Tensor]) -> None:
    p.theta.copy_(fitted.unsqueeze(0))


def theta_record(
    rows: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]
) -> Tensor:
    return theta(rows, c, p)
