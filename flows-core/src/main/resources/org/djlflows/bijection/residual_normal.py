# The network and x.
def log_shares(x: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return x.new_zeros([]), x.new_zeros([])


def backward(g_share: Tensor, g_rest: Tensor, p: List[Tensor]) -> List[Tensor]:
    return []
