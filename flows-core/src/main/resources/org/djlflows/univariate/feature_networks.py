# The inverse of some features, by their networks.
def inverse_of(
    z: Tensor, theta: Tensor, features: List[int], p: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    places = torch.tensor(features, dtype=4, device=z.device)
    some: List[Tensor] = []
    for w in p:
        some.append(w.index_select(0, places))
    return inverse(z, theta, some)
