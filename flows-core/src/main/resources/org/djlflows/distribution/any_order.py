# Columns 0 to CONTEXT - 1 come with the context and are always given. A cell is NaN where it is not
# known, and infinite where it is known to be missing. Number k is column NUMBERS[k]; the first REALS
# of them have densities, the others, whole numbers, probabilities.
#
# A cell has a class, of CLASSES[j] of its column: of a number 0, or the number of its atom from 1 on;
# of a category its level, then what was never seen; the last one of all is for cells that are missing.
# What the network sees of the cells that are given is a sum over them, which its first layer makes,
# and how they place the numbers that are not given if all are jointly normal.


def joined(x: Tensor, c: Optional[Tensor]) -> Tensor:
    if c is not None:
        return torch.cat([c, x], 1)
    return x


def indices(values: List[int], like: Tensor) -> Tensor:
    return torch.tensor(values, dtype=4, device=like.device)


# The place of a column among the numbers, -1 for a category.
def number_of(j: int) -> int:
    numbers: List[int] = NUMBERS
    for k in range(len(numbers)):
        if numbers[k] == j:
            return k
    return -1


# The values of numbers, 0 where there is none.
def numbers_of(x: Tensor) -> Tensor:
    numbers: List[int] = NUMBERS
    return x.index_select(1, indices(numbers, x)).nan_to_num(0.0, 0.0, 0.0)


def classes_of(x: Tensor, p: List[Tensor]) -> Tensor:
    sizes: List[int] = CLASSES
    found: List[Tensor] = []
    for j in range(len(sizes)):
        cell = x[:, j]
        levels = sizes[j] - 1
        k = number_of(j)
        code = torch.zeros([x.size(0)], dtype=4, device=x.device)
        if k < 0:
            level = cell.nan_to_num(0.0, 0.0, 0.0)
            seen = (level >= 0) & (level < levels - 1)
            code = torch.where(seen, level, float(levels - 1)).to(4)
        elif levels > 1:
            equal = cell.unsqueeze(1) == p.atoms[k, : levels - 1]
            code = (equal * indices(list(range(1, levels)), x)).sum(1)
        found.append(torch.where(cell.isinf(), levels, code))
    return torch.stack(found, 1)


def scaled(v: Tensor, first: int, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    n = v.size(1)
    return scale.forward(
        v,
        p.start.narrow(0, first, n),
        p.center.narrow(0, first, n),
        p.deviation.narrow(0, first, n),
    )


# What the first layer sees of a number: itself, and its place at ever finer scales.
def features(z: Tensor) -> Tensor:
    octaves: List[float] = OCTAVES
    frequencies = torch.tensor(octaves, dtype=z.dtype, device=z.device)
    z = z.clamp(-8, 8).unsqueeze(2)
    angles = z * frequencies
    return torch.cat([z, angles.sin(), angles.cos()], 2)


# The hidden features of rows of which the cells that are given make `first`.
def hidden(first: Tensor, mean: Tensor, residual: Tensor, p: List[Tensor]) -> Tensor:
    h = first
    if mean.size(1) > 0:
        placed = torch.cat([mean.to(first.dtype), residual], 1).clamp(-8, 8)
        h = torch.addmm(first, placed, p.placed_weight)
    for i in range(BLOCKS):
        r = torch.linear(h.relu(), p.block[i].first_weight, p.block[i].first_bias).relu()
        h = h + torch.linear(r, p.block[i].second_weight, p.block[i].second_bias)
    return h.relu()


# The scalar maps of numbers from `first` on, at their values z.
def mapped(
    z: Tensor, first: int, mean: Tensor, deviation: Tensor, h: Tensor, p: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    theta = theta_of(first, z.size(1), h, p)
    u = ((z - mean) / deviation).to(z.dtype)
    y, log_slope = map.forward(layout.flat(u), theta, p.of(map))
    return layout.shaped(y, z), layout.shaped(log_slope, z) - deviation.log().to(z.dtype)


# The parameters of the maps lie parameter by parameter, of each all numbers.
def theta_of(first: int, n: int, h: Tensor, p: List[Tensor]) -> Tensor:
    weight = p.number_weight.unflatten(0, [PARAMETERS, -1]).narrow(1, first, n).flatten(0, 1)
    bias = p.number_bias.unflatten(0, [PARAMETERS, -1]).narrow(1, first, n).flatten(0, 1)
    return layout.theta(h, weight, bias)


def log_densities(
    v: Tensor, first: int, mean: Tensor, deviation: Tensor, h: Tensor, p: List[Tensor]
) -> Tensor:
    z, log_scale = scaled(v, first, p)
    y, log_slope = mapped(z, first, mean, deviation, h, p)
    return -0.5 * y.square() - 0.9189385332046727 + log_slope + log_scale


def log_masses(
    v: Tensor, first: int, mean: Tensor, deviation: Tensor, h: Tensor, p: List[Tensor]
) -> Tensor:
    lower = mapped(scaled(v - 0.5, first, p)[0], first, mean, deviation, h, p)[0]
    upper = mapped(scaled(v + 0.5, first, p)[0], first, mean, deviation, h, p)[0]
    mass = log_normal_mass(lower.double(), upper.double()).to(v.dtype)
    # Where float32 does not tell the ends apart, the mass is that of the density.
    mass = torch.where(upper - lower < 1e-3, log_densities(v, first, mean, deviation, h, p), mass)
    # No other number has a probability.
    return mass.masked_fill(v != v.round(), -float("inf"))


# log(Phi(b) - Phi(a)) for a < b, from the tail that is nearer.
def log_normal_mass(a: Tensor, b: Tensor) -> Tensor:
    right = a > 0
    log_larger = torch.special_log_ndtr(torch.where(right, -a, b))
    log_smaller = torch.special_log_ndtr(torch.where(right, -b, a))
    d = (log_larger - log_smaller).clamp_min(1e-300)
    near = d < 0.6931471805599453
    from_near = (-torch.expm1(-torch.where(near, d, 1.0))).log()
    from_far = torch.log1p(-torch.exp(-torch.where(near, 1.0, d)))
    return log_larger + torch.where(near, from_near, from_far)


# What decides between the classes of the columns from `first` on, (batch, n).
def class_logits(first: int, n: int, h: Tensor, p: List[Tensor]) -> Tensor:
    if CHOICES:
        return torch.linear(h, p.class_weight.narrow(0, first, n), p.class_bias.narrow(0, first, n))
    return h.new_zeros([h.size(0), n])


def logits_of(j: int, h: Tensor, p: List[Tensor]) -> Tensor:
    sizes: List[int] = CLASSES
    begins: List[int] = FIRST_CLASS
    return class_logits(begins[j], sizes[j], h, p)


# The logarithms of the probabilities of the classes of cells of column j that are there.
def class_logs(j: int, logits: Tensor) -> Tensor:
    unseen: List[float] = UNSEEN
    if number_of(j) >= 0:
        return logits[:, :-1].log_softmax(1)
    logs = logits[:, :-2].log_softmax(1)
    never = torch.full_like(logs[:, :1], unseen[j]).log()
    return torch.cat([logs + torch.log1p(-never.exp()), never], 1)


# The logarithms of the probability that a cell is missing and that it is not.
def missing_logs(logits: Tensor) -> Tensor:
    return torch.log_sigmoid(torch.cat([logits[:, -1:], -logits[:, -1:]], 1))


# log p of a cell that is there, from that of its number, which a category does not have.
def cell_log(j: int, code: Tensor, of_number: Tensor, logits: Tensor) -> Tensor:
    sizes: List[int] = CLASSES
    k = number_of(j)
    if k >= 0 and sizes[j] == 2:
        return of_number
    logs = class_logs(j, logits)
    own = logs.gather(1, code.clamp_max(logs.size(1) - 1).unsqueeze(1)).squeeze(1)
    if k < 0:
        return own
    other = logs[:, 0] + of_number
    if k < REALS:
        return torch.where(code > 0, own, other)
    return torch.where(code > 0, torch.logaddexp(own, other), other)


# log p of the cells of column j given those that make the rest, 0 where there is none.
def term(
    j: int,
    v: Tensor,
    codes: Tensor,
    there: Tensor,
    mean: Tensor,
    deviation: Tensor,
    h: Tensor,
    p: List[Tensor],
) -> Tensor:
    k = number_of(j)
    of_number = v.new_zeros([h.size(0)])
    if k >= 0:
        value = v.narrow(1, k, 1)
        m = mean.narrow(1, k, 1)
        s = deviation.narrow(1, k, 1)
        if k < REALS:
            of_number = log_densities(value, k, m, s, h, p).squeeze(1)
        else:
            of_number = log_masses(value, k, m, s, h, p).squeeze(1)
    found = cell_log(j, codes[:, j], of_number, logits_of(j, h, p))
    return torch.where(there[:, j], found, 0.0)


# What giving the cells of column j adds to the first layer.
def added(j: int, z: Tensor, codes: Tensor, known: Tensor, p: List[Tensor]) -> Tensor:
    begins: List[int] = FIRST_CLASS
    sum = p.class_embedding.index_select(0, begins[j] + codes[:, j])
    k = number_of(j)
    if k >= 0:
        n = 1 + 2 * len(OCTAVES)
        weight = p.value_weight.narrow(0, k * n, n)
        value = features(z.narrow(1, k, 1)).squeeze(1).mm(weight)
        sum = sum + value.masked_fill(codes[:, j : j + 1] == last_class(j), 0)
    return sum.masked_fill(~known[:, j : j + 1], 0)


def last_class(j: int) -> int:
    sizes: List[int] = CLASSES
    return sizes[j] - 1


def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    x = joined(x, c)
    orders: List[List[int]] = ORDERS
    found: List[Tensor] = []
    for order in orders:
        found.append(along(order, x, p))
    return torch.stack(found).logsumexp(0) - LOG_ORDERS


def log_prob_of_first_order(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    orders: List[List[int]] = ORDERS
    return along(orders[0], joined(x, c), p)


# log p of the cells that are there, one after the other.
def along(order: List[int], x: Tensor, p: List[Tensor]) -> Tensor:
    known = ~x.isnan()
    there = x.isfinite()
    codes = classes_of(x, p)
    v = numbers_of(x)
    z = scaled(v, 0, p)[0]
    complete = bool(there.all())
    given = torch.zeros_like(z, dtype=11)
    swept = gaussian.covariance(p.factor)
    first = p.first_bias.expand(x.size(0), -1)
    total = x.new_zeros([x.size(0)])
    for i in range(len(order)):
        j = order[i]
        if j >= CONTEXT:
            mean, deviation, residual = gaussian.conditionals(z.masked_fill(~given, 0), given, swept)
            h = hidden(first, mean, residual, p)
            total = total + term(j, v, codes, there, mean, deviation, h, p)
        if i < len(order) - 1:
            first = first + added(j, z, codes, known, p)
            k = number_of(j)
            if k >= 0:
                rows: Optional[Tensor] = None
                if not complete:
                    rows = there[:, j]
                swept = gaussian.give(swept, k, rows)
                given = with_column(given, k, there[:, j])
    return total


def with_column(values: Tensor, k: int, column: Tensor) -> Tensor:
    changed = values.clone()
    changed[:, k] = column
    return changed


# An estimate of the mean log-density over all orders, another one at each call: some cells are given,
# and each of the n others stands for all that come after them. Rows share PATTERNS of what is given.
def estimate(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    x = joined(x, c).detach()
    rows = x.size(0)
    count = x.size(1)
    there = x.isfinite()
    complete = bool(there.all())
    free = count - CONTEXT
    patterns = min(PATTERNS, rows)
    places = torch.rand([patterns, free], device=x.device).argsort(1).argsort(1)
    number = torch.randint(free, [patterns, 1], device=x.device)
    of_pattern = torch.arange(rows, device=x.device) % patterns
    begin = torch.ones([patterns, CONTEXT], dtype=11, device=x.device)
    pattern = torch.cat([begin, places < number], 1)
    shown = pattern.index_select(0, of_pattern) & ~x.isnan()
    codes = classes_of(x, p)
    v = numbers_of(x)
    z = scaled(v, 0, p)[0]

    numbers: List[int] = NUMBERS
    given = (shown & there).index_select(1, indices(numbers, x))
    swept = gaussian.covariance(p.factor)
    which = pattern.index_select(1, indices(numbers, x))
    if not complete:
        which = given
    for k in range(len(numbers)):
        swept = gaussian.give(swept, k, which[:, k])
    if complete and len(numbers) > 0:
        swept = swept.index_select(0, of_pattern)
    mean, deviation, residual = gaussian.conditionals(z.masked_fill(~given, 0), given, swept)

    begins: List[int] = FIRST_CLASS
    embedded = torch.embedding(p.class_embedding, codes + indices(begins, x))
    first = p.first_bias + embedded.masked_fill(~shown.unsqueeze(2), 0).sum([1])
    values = features(z).masked_fill(~given.unsqueeze(2), 0).flatten(1)
    first = torch.addmm(first, values, p.value_weight)
    h = hidden(first, mean, residual, p)

    of_numbers = v
    if len(numbers) > 0:
        wholes = len(numbers) - REALS
        parts: List[Tensor] = []
        if REALS > 0:
            m = mean.narrow(1, 0, REALS)
            s = deviation.narrow(1, 0, REALS)
            parts.append(log_densities(v.narrow(1, 0, REALS), 0, m, s, h, p))
        if wholes > 0:
            m = mean.narrow(1, REALS, wholes)
            s = deviation.narrow(1, REALS, wholes)
            parts.append(log_masses(v.narrow(1, REALS, wholes), REALS, m, s, h, p))
        of_numbers = torch.cat(parts, 1)

    total = x.new_zeros([rows])
    sizes: List[int] = CLASSES
    logits = class_logits(0, p.class_embedding.size(0), h, p)
    can_be_missing: List[bool] = MISSING
    for j in range(CONTEXT, count):
        k = number_of(j)
        of_number = total
        if k >= 0:
            of_number = of_numbers[:, k]
        own = logits.narrow(1, begins[j], sizes[j])
        found = cell_log(j, codes[:, j], of_number, own)
        found = torch.where(there[:, j], found, 0.0)
        if can_be_missing[j]:
            missing = missing_logs(own)
            found = found + torch.where(there[:, j], missing[:, 1], missing[:, 0])
        total = total + torch.where(shown[:, j] | x[:, j].isnan(), 0.0, found)
    share = (float(free) / (free - number).to(x.dtype)).squeeze(1)
    return total * share.index_select(0, of_pattern)


def sample(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    sizes: List[int] = CLASSES
    x = torch.full([rows.size(0), len(sizes) - CONTEXT], float("nan"), dtype=rows.dtype, device=rows.device)
    x = complete(x, c, p)
    return x, log_prob(x, c, p)


# Draws the cells that are not known, each row in one of the orders; those that are minus infinity are
# known to be there.
def complete(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    x = joined(x, c)
    orders: List[List[int]] = ORDERS
    turn = torch.randint(len(orders), [1], device=x.device)
    of_row = (torch.arange(x.size(0), device=x.device) + turn) % len(orders)
    result = x.clone()
    for r in range(len(orders)):
        at = (of_row == r).nonzero().squeeze(1)
        result.index_copy_(0, at, completed(orders[r], x.index_select(0, at), p))
    return result[:, CONTEXT:]


def completed(order: List[int], x: Tensor, p: List[Tensor]) -> Tensor:
    numbers: List[int] = NUMBERS
    present = x == -float("inf")
    x = x.masked_fill(present, float("nan"))
    open = x.isnan()
    given = torch.zeros([x.size(0), len(numbers)], dtype=11, device=x.device)
    swept = gaussian.covariance(p.factor).expand(x.size(0), -1, -1)
    first = p.first_bias.expand(x.size(0), -1)
    z = x.new_zeros([x.size(0), len(numbers)])
    for drawing in [False, True]:
        for j in order:
            now = open if drawing else ~open
            if bool(now[:, j].any()):
                if drawing:
                    mean, deviation, residual = gaussian.conditionals(z, given, swept)
                    h = hidden(first, mean, residual, p)
                    drawn = draw(j, present[:, j], mean, deviation, h, p)
                    x = with_column(x, j, torch.where(open[:, j], drawn, x[:, j]))
                placed = scaled(numbers_of(x), 0, p)[0]
                first = first + added(j, placed, classes_of(x, p), now, p)
                k = number_of(j)
                if k >= 0:
                    there = now[:, j] & x[:, j].isfinite()
                    swept = gaussian.give(swept, k, there)
                    given = with_column(given, k, given[:, k] | there)
                    z = torch.where(given, placed, 0.0)
    return x


# Cells of column j; of numbers, from the part of their distribution between what was seen. Those that
# are present cannot be missing.
def draw(
    j: int, present: Tensor, mean: Tensor, deviation: Tensor, h: Tensor, p: List[Tensor]
) -> Tensor:
    sizes: List[int] = CLASSES
    can_be_missing: List[bool] = MISSING
    k = number_of(j)
    logits = logits_of(j, h, p)
    cell = h.new_zeros([h.size(0)])
    if k >= 0:
        cell = draw_number(k, mean.narrow(1, k, 1), deviation.narrow(1, k, 1), h, p)
        if sizes[j] > 2:
            code = class_logs(j, logits).exp().multinomial(1)
            atom = p.atoms[k].index_select(0, (code.squeeze(1) - 1).clamp_min(0))
            cell = torch.where(code.squeeze(1) > 0, atom, cell)
    else:
        logs = class_logs(j, logits)
        cell = logs[:, : logs.size(1) - 1].exp().multinomial(1).squeeze(1).to(h.dtype)
    if can_be_missing[j]:
        lost = torch.rand_like(cell) < missing_logs(logits)[:, 0].exp()
        cell = torch.where(lost & ~present, float("inf"), cell)
    return cell


def draw_number(k: int, mean: Tensor, deviation: Tensor, h: Tensor, p: List[Tensor]) -> Tensor:
    half = 0.5
    if k < REALS:
        half = 0.0
    least = p.least.narrow(0, k, 1) - half
    most = p.most.narrow(0, k, 1) + half
    ends: List[Tensor] = []
    for end in [least, most]:
        z = scaled(end.unsqueeze(0), k, p)[0].expand(h.size(0), 1)
        ends.append(torch.special_ndtr(mapped(z, k, mean, deviation, h, p)[0].double()))
    u = torch.lerp(ends[0], ends[1], torch.rand_like(ends[0]))
    y = torch.special_ndtri(u.clamp(1e-15, 1 - 1e-15)).to(h.dtype)
    t = map.inverse(layout.flat(y), theta_of(k, 1, h, p), p.of(map))[0]
    z = (layout.shaped(t, y) * deviation + mean).to(h.dtype)
    start = p.start.narrow(0, k, 1)
    v = scale.inverse(z, start, p.center.narrow(0, k, 1), p.deviation.narrow(0, k, 1))
    if k >= REALS:
        v = v.round()
    return torch.minimum(torch.maximum(v, least + half), most - half).squeeze(1)
