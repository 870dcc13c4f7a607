# In groups, (batch, D, K). With t the largest, softplus takes t - u to t - x.
def split(x: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    groups = x.unflatten(1, [-1, CATEGORIES])
    top, place = groups.max(2, True)
    k = place.squeeze(2).to(x.dtype)
    is_top = weights(k) == 1
    below = (top - groups).masked_fill(is_top, 1)
    lifted = below + (-torch.expm1(-below)).log()
    u = torch.where(is_top, groups, top - lifted)
    return k, u.flatten(1), log_det(lifted, is_top)


def join(k: Tensor, u: Tensor) -> Tuple[Tensor, Tensor]:
    groups = u.unflatten(1, [-1, CATEGORIES])
    is_top = weights(k) == 1
    top = groups.masked_fill(~is_top, 0).sum([2], True)
    lifted = top - groups
    x = torch.where(is_top, groups, top - torch.softplus(lifted))
    bad = ~is_top.any(2).all(1)
    return x.flatten(1), log_det(lifted, is_top).masked_fill(bad, float("nan"))


def log_det(lifted: Tensor, is_top: Tensor) -> Tensor:
    return -torch.log_sigmoid(lifted).masked_fill(is_top, 0).sum([1, 2])


# 1 for the category and 0 for others.
def weights(k: Tensor) -> Tensor:
    all = torch.arange(CATEGORIES, dtype=k.dtype, device=k.device)
    return (k.unsqueeze(2) == all).to(k.dtype)


def condition(k: Tensor, c: Optional[Tensor]) -> Tensor:
    seen = (weights(k) - 1.0 / CATEGORIES).flatten(1)
    if c is None:
        return seen
    return torch.cat([seen, c.flatten(1)], 1)
