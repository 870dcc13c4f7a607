# Maps moved away from those of the transformer that knows less: of the mean class, and at another
# temperature of its attention.


def start(c: Optional[Tensor], rows: int, tokens: int, p: List[Tensor]) -> List[Tensor]:
    none = c
    if none is not None:
        none = torch.full_like(none, 1.0 / none.size(1))
    return conditional.start(c, rows, tokens, p) + unconditional.start(none, rows, tokens, p)


def after(
    x: Tensor, first: int, state: List[Tensor], at: int, p: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    alpha, mu = conditional.after(x, first, state, at, p)
    other = at + (len(state) - at) // 2
    alpha_u, mu_u = unconditional.after(x, first, state, other, p)
    w = torch.full([x.size(1), 1], WEIGHT, dtype=x.dtype, device=x.device)
    if ANNEALED:
        place = torch.arange(first + 1, first + 1 + x.size(1), dtype=x.dtype, device=x.device)
        w = w * place.unsqueeze(1) / TOKENS
    return rule.guide(alpha, mu, alpha_u, mu_u, w)


def in_order(x: Tensor) -> Tensor:
    return conditional.in_order(x)


def in_data_order(x: Tensor) -> Tensor:
    return conditional.in_data_order(x)
