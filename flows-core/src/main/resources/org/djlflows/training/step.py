# One step of maximum likelihood.
def step(
    x: Tensor, limit: Tensor, rate: Tensor, c: Optional[Tensor], p: List[Tensor]
) -> Tuple[Tensor, Tensor, Tensor]:
    log_prob, found = log_prob_and_gradients(x, c, p.of(block))
    gradients: List[Tensor] = []
    for i in TRAINED:
        gradients.append(found[i])
    norm, updated = descent.update(limit, rate, gradients, p)
    return log_prob.float(), norm, updated


# What some of the rows of a step add to it: how large a share of the rows they are, and the
# log-density and all gradients times that, on one axis.
def part(x: Tensor, share: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    log_prob, found = log_prob_and_gradients(x, c, p.of(block))
    parts = [torch.ones_like(log_prob).reshape(1), log_prob.reshape(1)]
    for i in TRAINED:
        parts.append(found[i].reshape(-1))
    return torch.cat(parts) * share


# The step of the sum of all parts.
def step_of(
    parts: Tensor, limit: Tensor, rate: Tensor, p: List[Tensor]
) -> Tuple[Tensor, Tensor, Tensor]:
    mean = parts / parts[0]
    gradients: List[Tensor] = []
    begin = 2
    for i in TRAINED:
        weight = p.of(block)[i]
        gradients.append(mean.narrow(0, begin, weight.numel()).view(weight.size()))
        begin += weight.numel()
    norm, updated = descent.update(limit, rate, gradients, p)
    return mean[1], norm, updated


# The mean log-density, and the gradients of the mean negative one, with bounded influence of rows.
def log_prob_and_gradients(
    x: Tensor, c: Optional[Tensor], p: List[Tensor]
) -> Tuple[Tensor, List[Tensor]]:
    n = x.size(0)
    total = x.new_zeros([])
    gradients: List[Tensor] = []
    chunk = rows_of_chunk(x)
    for begin in range(0, n, chunk):
        rows = min(chunk, n - begin)
        of_rows: Optional[Tensor] = None
        if c is not None:
            of_rows = c.narrow(0, begin, rows)
        tape: List[Tensor] = []
        log_prob = flow.record(x.narrow(0, begin, rows), of_rows, p, tape)
        loss, g = bounded.loss_and_gradient(log_prob)
        share = rows / n
        total = total - loss * share
        found = flow.backward(g * share, of_rows, p, tape, [])[1]
        if begin == 0:
            gradients = found
        else:
            for i in range(len(found)):
                gradients[i] = gradients[i] + found[i]
    return total, gradients


# A CPU is fast while the arrays of a layer fit its caches, and needs no more memory for more rows.
# The chunks are of one size, so that none is left with too few rows for statistics.
def rows_of_chunk(x: Tensor) -> int:
    n = x.size(0)
    most = max(256, min(1024, 65536 * n // x.numel()))
    if CHUNK > 0:
        most = CHUNK
    elif x.is_cuda:
        return n
    chunks = (n + most - 1) // most
    return (n + chunks - 1) // chunks
