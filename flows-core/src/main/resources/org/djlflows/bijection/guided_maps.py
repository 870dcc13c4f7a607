# Maps moved away from those of the transformer that knows less: of the mean class, and at another
# temperature of its attention. p: the weight and the reciprocal temperature, then the parameters of
# the transformer. The temperature lies behind the state.


def start(c: Optional[Tensor], rows: int, tokens: int, p: List[Tensor]) -> List[Tensor]:
    none = c
    if none is not None:
        none = torch.full_like(none, 1.0 / none.size(1))
    known = conditional.start(c, rows, tokens, p[1:])
    return known + unconditional.start(none, rows, tokens, p[1:]) + [p[0][1]]


def after(
    x: Tensor, first: int, state: List[Tensor], at: int, p: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    alpha, mu = conditional.after(x, first, state, at, p[1:])
    other = at + (len(state) - 1 - at) // 2
    alpha_u, mu_u = unconditional.after(x, first, state, other, p[1:])
    w = p[0][0].expand([x.size(1), 1])
    if ANNEALED:
        place = torch.arange(first + 1, first + 1 + x.size(1), dtype=x.dtype, device=x.device)
        w = w * place.unsqueeze(1) / TOKENS
    return rule.guide(alpha, mu, alpha_u, mu_u, w)


def in_order(x: Tensor) -> Tensor:
    return conditional.in_order(x)


def in_data_order(x: Tensor) -> Tensor:
    return conditional.in_data_order(x)
