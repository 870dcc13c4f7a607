# Maps moved away from those of the transformer that knows less: of the mean class, and at another
# temperature of its attention. The guidance is the weight and the reciprocal temperature, which lies
# behind the state.


def start(c: Optional[Tensor], rows: int, tokens: int, p: List[Tensor]) -> List[Tensor]:
    none = c
    if none is not None:
        none = torch.full_like(none, 1.0 / none.size(1))
    known = conditional.start(c, rows, tokens, p.of(layer))
    return known + unconditional.start(none, rows, tokens, p.of(layer)) + [p.guidance[1]]


def after(
    x: Tensor, first: int, state: List[Tensor], at: int, p: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    alpha, mu = conditional.after(x, first, state, at, p.of(layer))
    other = at + (len(state) - 1 - at) // 2
    alpha_u, mu_u = unconditional.after(x, first, state, other, p.of(layer))
    w = p.guidance[0].expand([x.size(1), 1])
    if ANNEALED:
        place = torch.arange(first + 1, first + 1 + x.size(1), dtype=x.dtype, device=x.device)
        w = w * place.unsqueeze(1) / TOKENS
    return rule.guide(alpha, mu, alpha_u, mu_u, w)


def in_order(x: Tensor) -> Tensor:
    return conditional.in_order(x)


def in_data_order(x: Tensor) -> Tensor:
    return conditional.in_data_order(x)
