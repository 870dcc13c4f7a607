# Entries below the diagonal, row by row, and the square matrix of them with zeros elsewhere.
def matrix(entries: Tensor) -> Tensor:
    square = entries.new_zeros([entries.size(0), SIZE * SIZE])
    return square.index_copy(1, places(entries), entries).unflatten(1, [SIZE, SIZE])


def vector(square: Tensor) -> Tensor:
    return square.flatten(1).index_select(1, places(square))


def places(x: Tensor) -> Tensor:
    at = torch.tril_indices(SIZE, SIZE, -1, device=x.device)
    return at[0] * SIZE + at[1]


# Sums of what is to the left of each entry.
def before(terms: Tensor) -> Tensor:
    return terms.cumsum(2) - terms


def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    rest = vector(1 - before(matrix(x).square()))
    half_log_rest = 0.5 * torch.where(rest > 0, rest, float("nan")).log()
    z, log_slopes = tanh.inverse(x * (-half_log_rest).exp())
    return z, (log_slopes - half_log_rest).sum([1])


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    partial, log_slopes = tanh.forward(z)
    half_log_rest = 0.5 * vector(before(matrix(log_slopes)))
    return partial * half_log_rest.exp(), (log_slopes + half_log_rest).sum([1])
