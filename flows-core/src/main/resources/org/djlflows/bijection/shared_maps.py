# The same for each row, one for each feature.
def theta(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    return p.theta.transpose(0, 2).contiguous()


def begin_at(fitted: Tensor, p: List[Tensor]) -> None:
    p.theta.copy_(fitted.unsqueeze(0))


def theta_record(
    rows: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]
) -> Tensor:
    return theta(rows, c, p)


def theta_backward(
    g: Tensor, rows: Tensor, p: List[Tensor], tape: List[Tensor], gc: List[Tensor]
) -> List[Tensor]:
    return [g.transpose(0, 2), torch.zeros_like(p.fitted)]
