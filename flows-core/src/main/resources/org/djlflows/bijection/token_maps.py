# What belongs to the places of the sequence whatever the tokens, and room to remember tokens.
def start(c: Optional[Tensor], rows: int, tokens: int, p: List[Tensor]) -> List[Tensor]:
    e = in_order(p.positions.unsqueeze(0))
    if CLASSES and c is not None:
        e = e + c.mm(p.classes).unsqueeze(1)
    return [e] + transformer.empty_cache(rows, tokens, e)


# alpha and mu of the tokens that follow those of x, whose first is at that place of the sequence.
# The state lies from the place `at` on.
def after(
    x: Tensor, first: int, state: List[Tensor], at: int, p: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    h = number.linear(x, p.in_weight, p.in_bias) + state[at].narrow(1, first, x.size(1))
    h = transformer.forward(h, first, state, at + 1, p)
    out = number.linear(h, p.out_weight, p.out_bias).to(x.dtype)
    if VOLUME_PRESERVING:
        return torch.zeros_like(out), out
    alpha, mu = out.chunk(2, 2)
    return alpha, mu


def in_order(x: Tensor) -> Tensor:
    return x.index_select(1, torch.tensor(ORDER, device=x.device))


def in_data_order(x: Tensor) -> Tensor:
    return x.index_select(1, torch.tensor(ORDER, device=x.device).argsort())
