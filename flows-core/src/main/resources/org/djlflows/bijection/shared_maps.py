# The same for each row, one for each feature.
def theta(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    return p.theta.transpose(0, 2).contiguous()


def theta_backward(
    g: Tensor, rows: Tensor, p: List[Tensor], tape: List[Tensor], gc: List[Tensor]
) -> List[Tensor]:
    return [g.transpose(0, 2), torch.zeros_like(p.fitted)]
