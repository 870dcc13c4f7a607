# The same for each row.
def theta(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    return p.theta.unsqueeze(3).expand(-1, -1, -1, rows.size(0)).flatten(2)


def theta_backward(
    g: Tensor, rows: Tensor, p: List[Tensor], tape: List[Tensor], gc: List[Tensor]
) -> List[Tensor]:
    g_theta = g.unflatten(2, [rows.size(1), rows.size(0)]).sum([3])
    return [g_theta, torch.zeros_like(p.fitted)]
