# A share sigmoid(gate) of the network, and of x the rest.
def log_shares(x: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return torch.log_sigmoid(p.gate), torch.log_sigmoid(-p.gate)


def backward(g_share: Tensor, g_rest: Tensor, p: List[Tensor]) -> List[Tensor]:
    return [g_share * torch.sigmoid(-p.gate) - g_rest * p.gate.sigmoid()]
