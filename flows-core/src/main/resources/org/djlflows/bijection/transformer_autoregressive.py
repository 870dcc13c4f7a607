def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    y = maps.in_order(x)
    alpha, mu = all_before(y, 0, y.size(1), maps.start(c, y.size(0), 0, p), p)
    return maps.in_data_order((y - mu) * alpha.neg().exp()), alpha.sum([1, 2]).neg()


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    y = maps.in_order(z)
    state = maps.start(c, y.size(0), y.size(1) - 1, p)
    x = y.narrow(1, 0, 1)
    found = [x]
    log_scales = [torch.zeros_like(x)]
    for i in range(y.size(1) - 1):
        alpha, mu = maps.after(x, i, state, 0, p)
        x = torch.addcmul(mu, y.narrow(1, i + 1, 1), alpha.exp())
        found.append(x)
        log_scales.append(alpha)
    return maps.in_data_order(torch.cat(found, 1)), torch.cat(log_scales, 1).sum([1, 2])


# alpha and mu of the tokens from begin to end, given those before; the first token has zeros.
def all_before(
    y: Tensor, begin: int, end: int, state: List[Tensor], p: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    first = max(0, begin - 1)
    alpha, mu = maps.after(y[:, first : end - 1], first, state, 0, p)
    if begin == 0:
        none = torch.zeros_like(y[:, :1])
        alpha, mu = torch.cat([none, alpha], 1), torch.cat([none, mu], 1)
    return alpha, mu


# For an inversion by iteration, in the order of the layer.
def start(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> List[Tensor]:
    return [maps.in_order(z)] + maps.start(c, z.size(0), z.size(1) - 1, p)


def improve(
    x: Tensor, begin: int, end: int, state: List[Tensor], c: Optional[Tensor], p: List[Tensor]
) -> Tensor:
    if end == 1:
        return state[0][:, :1]
    alpha, mu = all_before(x, begin, end, state[1:], p)
    return torch.addcmul(mu, state[0][:, begin:end], alpha.exp())


def finish(x: Tensor) -> Tensor:
    return maps.in_data_order(x)
