# The logarithm of the matrix products exp(a) exp(b), a: (n, i, j), b: (n, j, k), by shifting the
# rows of a and the columns of b: memory as of the factors. Where a sum of products underflows, each
# row is made by logsumexp.
def record(a: Tensor, b: Tensor, tape: List[Tensor]) -> Tensor:
    shift_a, shift_b = a.amax([2], True), b.amax([1], True)
    a, b = a - shift_a, b - shift_b
    exp_a, exp_b = a.exp(), b.exp()
    product = torch.bmm(exp_a, exp_b)
    if bool((product > TINY).all()):
        tape.extend([exp_a, exp_b, product])
        log_product = product.log()
    else:
        rows: List[Tensor] = []
        for i in range(a.size(1)):
            rows.append((a[:, i].unsqueeze(2) + b).logsumexp([1], True))
        log_product = torch.cat(rows, 1)
        tape.extend([log_product, a, b, product])
    return log_product + shift_a + shift_b


def backward(g: Tensor, tape: List[Tensor]) -> Tuple[Tensor, Tensor]:
    product = tape.pop()
    b = tape.pop()
    a = tape.pop()
    if bool((product > TINY).all()):
        g = g / product
        return a * g.bmm(b.transpose(1, 2)), b * a.transpose(1, 2).bmm(g)
    log_product = tape.pop()
    ga: List[Tensor] = []
    gb = torch.zeros_like(b)
    for i in range(a.size(1)):
        shares = (a[:, i].unsqueeze(2) + b - log_product[:, i : i + 1]).exp() * g[:, i : i + 1]
        gb = gb + shares
        ga.append(shares.sum([2]))
    return torch.stack(ga, 1), gb
