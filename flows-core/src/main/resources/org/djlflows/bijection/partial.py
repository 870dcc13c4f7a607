def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    z, log_det = bijection.forward(of_part(x, p), c, p.of(bijection))
    return with_part(x, z, p), log_det


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    x, log_det = bijection.inverse(of_part(z, p), c, p.of(bijection))
    return with_part(z, x, p), log_det


def places(x: Tensor) -> Tensor:
    return torch.tensor(FEATURES, dtype=4, device=x.device)


# For a bijection that is called from Java, as is the next one.
def of_part(x: Tensor, p: List[Tensor]) -> Tensor:
    return x.index_select(1, places(x))


def with_part(x: Tensor, part: Tensor, p: List[Tensor]) -> Tensor:
    return x.index_copy(1, places(x), part)
