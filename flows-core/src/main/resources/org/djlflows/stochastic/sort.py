def split(x: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    z, places = x.sort(1)
    return z, places.to(x.dtype), torch.zeros_like(x[:, 0])


def join(z: Tensor, places: Tensor) -> Tuple[Tensor, Tensor]:
    x = torch.zeros_like(z).scatter(1, places.to(4), z)
    unsorted = (z[:, 1:] < z[:, :-1]).any(1)
    return x, torch.zeros_like(z[:, 0]).masked_fill(unsorted, float("nan"))
