# The entries of a feature lie one behind the other, on the last axis of x and of theta.


def forward(x: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    features = all_features()
    n = len(features)
    order: List[int] = []
    values: List[Tensor] = []
    log_slopes: List[Tensor] = []
    FORWARD
    return joined(values, order), joined(log_slopes, order)


def inverse(x: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return inverse_of(x, theta, all_features(), p)


# The inverse of some features.
def inverse_of(
    x: Tensor, theta: Tensor, features: List[int], p: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    n = len(features)
    order: List[int] = []
    values: List[Tensor] = []
    log_slopes: List[Tensor] = []
    INVERSE
    return joined(values, order), joined(log_slopes, order)


def all_features() -> List[int]:
    return [i for i in range(len(CHOICE))]


# Where the features of a family are among some.
def places(features: List[int], family: int) -> List[int]:
    choice = CHOICE
    found: List[int] = []
    for i in range(len(features)):
        if choice[features[i]] == family:
            found.append(i)
    return found


def entries(x: Tensor, n: int, at: List[int]) -> Tensor:
    places = torch.tensor(at, dtype=4, device=x.device)
    return x.unflatten(-1, [n, -1]).index_select(-2, places).flatten(-2)


def keep(
    moved: Tuple[Tensor, Tensor],
    at: List[int],
    order: List[int],
    values: List[Tensor],
    log_slopes: List[Tensor],
) -> None:
    order.extend(at)
    values.append(moved[0].unflatten(1, [len(at), -1]))
    log_slopes.append(moved[1].unflatten(1, [len(at), -1]))


def joined(parts: List[Tensor], order: List[int]) -> Tensor:
    places = torch.tensor(order, dtype=4, device=parts[0].device).argsort()
    return torch.cat(parts, 1).index_select(1, places).flatten(1)
