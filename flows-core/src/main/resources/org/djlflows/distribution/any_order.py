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


def place_of(value: int, values: List[int]) -> int:
    for i in range(len(values)):
        if values[i] == value:
            return i
    return -1


# The place of a column among the numbers, -1 for a category.
def number_of(j: int) -> int:
    return place_of(j, NUMBERS)


# The place of number k among the times, -1 for others.
def time_of(k: int) -> int:
    return place_of(k, TIMES)


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


# Of times also where in the day, the week and the year they lie.
def cycles(v: Tensor) -> Tensor:
    seconds: List[float] = PERIODS
    turns = v.unsqueeze(2) / torch.tensor(seconds, dtype=v.dtype, device=v.device)
    angles = 6.283185307179586 * turns
    return torch.cat([angles.sin(), angles.cos()], 2)


# The hidden features of rows of which the cells that are given make `first`.
def hidden(first: Tensor, mean: Tensor, residual: Tensor, p: List[Tensor]) -> Tensor:
    h = first
    if mean.size(1) > 0:
        placed = torch.cat([mean.to(first.dtype), residual], 1).clamp(-8, 8)
        h = torch.addmm(first, placed, p.placed_weight)
    for i in range(BLOCKS):
        inner = torch.addmm(p.block[i].first_bias, h.relu(), p.block[i].first_weight).relu()
        h = torch.addmm(h, inner, p.block[i].second_weight)
    return h.relu()


# The parameters of the maps of n numbers from `first` on, for `layout`: all rows of the first one,
# then those of the next. Their weights lie parameter by parameter, of each all numbers.
def theta_of(first: int, n: int, h: Tensor, p: List[Tensor]) -> Tensor:
    weight = p.number_weight.unflatten(0, [PARAMETERS, -1]).narrow(1, first, n).flatten(0, 1)
    bias = p.number_bias.unflatten(0, [PARAMETERS, -1]).narrow(1, first, n).flatten(0, 1)
    return layout.theta(h, weight, bias)


# The scalar maps of numbers at their values z, and the logarithms of their slopes.
def mapped(
    z: Tensor, mean: Tensor, deviation: Tensor, theta: Tensor, p: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    u = ((z - mean) / deviation).to(z.dtype)
    y, log_slope = map.forward(layout.flat(u), theta, p.of(map))
    return layout.shaped(y, z), layout.shaped(log_slope, z) - deviation.log().to(z.dtype)


def log_densities(
    v: Tensor, first: int, mean: Tensor, deviation: Tensor, theta: Tensor, p: List[Tensor]
) -> Tensor:
    z, log_scale = scaled(v, first, p)
    y, log_slope = mapped(z, mean, deviation, theta, p)
    return -0.5 * y.square() - 0.9189385332046727 + log_slope + log_scale


def log_masses(
    v: Tensor, first: int, mean: Tensor, deviation: Tensor, theta: Tensor, p: List[Tensor]
) -> Tensor:
    lower = mapped(scaled(v - 0.5, first, p)[0], mean, deviation, theta, p)[0]
    upper = mapped(scaled(v + 0.5, first, p)[0], mean, deviation, theta, p)[0]
    mass = log_normal_mass(lower.double(), upper.double()).to(v.dtype)
    # Where float32 does not tell the ends apart, the mass is that of the density.
    mass = torch.where(
        upper - lower < 1e-3, log_densities(v, first, mean, deviation, theta, p), mass
    )
    # No other number has a probability.
    return mass.masked_fill(v != v.round(), -float("inf"))


# The logarithms of the densities of all real numbers, then of the masses of all whole ones.
def logs_of_numbers(
    v: Tensor, mean: Tensor, deviation: Tensor, theta: Tensor, p: List[Tensor]
) -> Tensor:
    wholes = v.size(1) - REALS
    parts: List[Tensor] = []
    if REALS > 0:
        m = mean.narrow(1, 0, REALS)
        s = deviation.narrow(1, 0, REALS)
        own = theta.narrow(2, 0, REALS * v.size(0))
        parts.append(log_densities(v.narrow(1, 0, REALS), 0, m, s, own, p))
    if wholes > 0:
        m = mean.narrow(1, REALS, wholes)
        s = deviation.narrow(1, REALS, wholes)
        own = theta.narrow(2, REALS * v.size(0), wholes * v.size(0))
        parts.append(log_masses(v.narrow(1, REALS, wholes), REALS, m, s, own, p))
    return torch.cat(parts, 1)


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


# The first layer with the cells of column j given, where they are known.
def with_cells(
    first: Tensor,
    j: int,
    v: Tensor,
    z: Tensor,
    codes: Tensor,
    known: Optional[Tensor],
    p: List[Tensor],
) -> Tensor:
    sizes: List[int] = CLASSES
    begins: List[int] = FIRST_CLASS
    k = number_of(j)
    sum = first
    if known is None and k >= 0 and sizes[j] == 2:
        sum = sum + p.class_embedding[begins[j]]
    else:
        embedded = p.class_embedding.index_select(0, begins[j] + codes[:, j])
        if known is not None:
            embedded = embedded.masked_fill(~known[:, j : j + 1], 0)
        sum = sum + embedded
    if k >= 0:
        n = 1 + 2 * len(OCTAVES)
        seen = features(z.narrow(1, k, 1)).squeeze(1)
        weight = p.value_weight.narrow(0, k * n, n)
        if HAS_TIMES:
            t = time_of(k)
            m = 2 * len(PERIODS)
            if t >= 0:
                seen = torch.cat([seen, cycles(v.narrow(1, k, 1)).squeeze(1)], 1)
                weight = torch.cat([weight, p.cycle_weight.narrow(0, t * m, m)])
        if known is not None:
            there = known[:, j : j + 1] & (codes[:, j : j + 1] != sizes[j] - 1)
            seen = seen.masked_fill(~there, 0)
        sum = torch.addmm(sum, seen, weight)
    return sum


def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    x = joined(x, c)
    found: List[Tensor] = []
    for order in orders_of(p):
        found.append(along(order, x, p))
    return torch.stack(found).logsumexp(0) - LOG_ORDERS


def log_prob_of_first_order(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    return along(orders_of(p)[0], joined(x, c), p)


def orders_of(p: List[Tensor]) -> List[List[int]]:
    orders: List[List[int]] = p.orders.to(4).tolist()
    return orders


# log p of the cells that are there, one after the other.
def along(order: List[int], x: Tensor, p: List[Tensor]) -> Tensor:
    there = x.isfinite()
    complete = bool(there.all())
    known: Optional[Tensor] = None
    if not complete:
        known = ~x.isnan()
    codes = classes_of(x, p)
    v = numbers_of(x)
    z = scaled(v, 0, p)[0]
    # Rows that have the same numbers share what follows from it.
    given = torch.zeros_like(z, dtype=11)
    if complete:
        given = given[:1]
    swept = gaussian.covariance(p.factor)
    first = p.first_bias.expand(x.size(0), -1)
    numbers: List[int] = NUMBERS
    means = [v.new_zeros([x.size(0)]).double()] * len(numbers)
    deviations = [v.new_ones([x.size(0)]).double()] * len(numbers)
    thetas = [v.new_zeros([1, PARAMETERS, x.size(0)])] * len(numbers)
    sizes: List[int] = CLASSES
    logits = [v] * len(sizes)
    for i in range(len(order)):
        j = order[i]
        k = number_of(j)
        if j >= CONTEXT:
            mean, deviation, residual = gaussian.conditionals(z.masked_fill(~given, 0), given, swept)
            h = hidden(first, mean, residual, p)
            logits[j] = logits_of(j, h, p)
            if k >= 0:
                means[k] = mean[:, k]
                deviations[k] = deviation[:, k].expand_as(means[k])
                thetas[k] = theta_of(k, 1, h, p)
        if i < len(order) - 1:
            first = with_cells(first, j, v, z, codes, known, p)
            if k >= 0:
                rows: Optional[Tensor] = None
                if not complete:
                    rows = there[:, j]
                swept = gaussian.give(swept, k, rows)
                given = with_column(given, k, there[: given.size(0), j])

    of_numbers = v
    if len(numbers) > 0:
        of_numbers = logs_of_numbers(
            v, torch.stack(means, 1), torch.stack(deviations, 1), torch.cat(thetas, 2), p
        )
    return logs_of_cells(codes, there, of_numbers, logits, p).sum([1])


# log p of each cell that is not of the context, 0 where there is none.
def logs_of_cells(
    codes: Tensor, there: Tensor, of_numbers: Tensor, logits: List[Tensor], p: List[Tensor]
) -> Tensor:
    found: List[Tensor] = []
    for j in range(CONTEXT, len(logits)):
        k = number_of(j)
        of_number = logits[j][:, 0]
        if k >= 0:
            of_number = of_numbers[:, k]
        found.append(cell_log(j, codes[:, j], of_number, logits[j]))
    return torch.stack(found, 1).masked_fill(~there[:, CONTEXT:], 0)


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
    if HAS_TIMES:
        at = indices(TIMES, x)
        told = given.index_select(1, at).unsqueeze(2)
        seen = cycles(v.index_select(1, at)).masked_fill(~told, 0)
        first = torch.addmm(first, seen.flatten(1), p.cycle_weight)
    h = hidden(first, mean, residual, p)

    of_numbers = v
    if len(numbers) > 0:
        of_numbers = logs_of_numbers(v, mean, deviation, theta_of(0, len(numbers), h, p), p)
    sizes: List[int] = CLASSES
    all_logits = class_logits(0, p.class_embedding.size(0), h, p)
    logits = list(all_logits.split_with_sizes(sizes, 1))
    found = logs_of_cells(codes, there, of_numbers, logits, p)
    can_be_missing: List[bool] = MISSING
    total = found.masked_fill((shown | x.isnan())[:, CONTEXT:], 0).sum([1])
    for j in range(CONTEXT, count):
        if can_be_missing[j]:
            missing = missing_logs(logits[j])
            own = torch.where(there[:, j], missing[:, 1], missing[:, 0])
            total = total + own.masked_fill(shown[:, j] | x[:, j].isnan(), 0)
    share = (float(free) / (free - number).to(x.dtype)).squeeze(1)
    return total * share.index_select(0, of_pattern)


def sample(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    sizes: List[int] = CLASSES
    x = torch.full([rows.size(0), len(sizes) - CONTEXT], float("nan"), dtype=rows.dtype, device=rows.device)
    x = complete(x, torch.arange(len(sizes)), c, p)
    return x, log_prob(x, c, p)


# Draws the cells of some columns that are not known, each row in one of the orders; those that are
# minus infinity are known to be there.
def complete(x: Tensor, wanted: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    x = joined(x, c)
    orders = orders_of(p)
    chosen: List[int] = wanted.tolist()
    turn = torch.randint(len(orders), [1], device=x.device)
    of_row = (torch.arange(x.size(0), device=x.device) + turn) % len(orders)
    result = x.clone()
    for r in range(len(orders)):
        at = (of_row == r).nonzero().squeeze(1)
        result.index_copy_(0, at, completed(orders[r], x.index_select(0, at), chosen, p))
    return result[:, CONTEXT:]


def completed(order: List[int], x: Tensor, chosen: List[int], p: List[Tensor]) -> Tensor:
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
            if (not drawing or j in chosen) and bool(now[:, j].any()):
                if drawing:
                    mean, deviation, residual = gaussian.conditionals(z, given, swept)
                    h = hidden(first, mean, residual, p)
                    drawn = draw(j, present[:, j], mean, deviation, h, p)
                    x = with_column(x, j, torch.where(open[:, j], drawn, x[:, j]))
                v = numbers_of(x)
                placed = scaled(v, 0, p)[0]
                first = with_cells(first, j, v, placed, classes_of(x, p), now, p)
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
    theta = theta_of(k, 1, h, p)
    ends: List[Tensor] = []
    for end in [least, most]:
        z = scaled(end.unsqueeze(0), k, p)[0].expand(h.size(0), 1)
        ends.append(torch.special_ndtr(mapped(z, mean, deviation, theta, p)[0].double()))
    u = torch.lerp(ends[0], ends[1], torch.rand_like(ends[0]))
    y = torch.special_ndtri(u.clamp(1e-15, 1 - 1e-15)).to(h.dtype)
    t = map.inverse(layout.flat(y), theta, p.of(map))[0]
    z = (layout.shaped(t, y) * deviation + mean).to(h.dtype)
    start = p.start.narrow(0, k, 1)
    v = scale.inverse(z, start, p.center.narrow(0, k, 1), p.deviation.narrow(0, k, 1))
    if k >= REALS:
        v = v.round()
    return torch.minimum(torch.maximum(v, least + half), most - half).squeeze(1)


# The distribution of the cells of column j that are there, given all others that are known: where the
# joint normal distribution places the numbers, and the hidden features.
def given_others(j: int, x: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor, Tensor]:
    numbers: List[int] = NUMBERS
    sizes: List[int] = CLASSES
    known = with_column(~x.isnan(), j, torch.zeros_like(x[:, 0], dtype=11))
    codes = classes_of(x, p)
    v = numbers_of(x)
    z = scaled(v, 0, p)[0]
    first = p.first_bias.expand(x.size(0), -1)
    for i in range(len(sizes)):
        if i != j:
            first = with_cells(first, i, v, z, codes, known, p)
    given = (known & x.isfinite()).index_select(1, indices(numbers, x))
    swept = gaussian.covariance(p.factor)
    for k in range(len(numbers)):
        if bool(given[:, k].all()):
            swept = gaussian.give(swept, k, None)
        elif bool(given[:, k].any()):
            swept = gaussian.give(swept, k, given[:, k])
    mean, deviation, residual = gaussian.conditionals(z.masked_fill(~given, 0), given, swept)
    return mean, deviation.expand_as(mean), hidden(first, mean, residual, p)


# The logarithms of the probabilities of the classes of cells of a column that are there, and last of
# being missing: (batch, classes).
def log_classes(x: Tensor, column: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    can_be_missing: List[bool] = MISSING
    j = int(column)
    _, _, h = given_others(j, joined(x, c), p)
    logits = logits_of(j, h, p).double()
    missing = torch.full_like(logits[:, :1], -float("inf"))
    if can_be_missing[j]:
        missing = missing_logs(logits)[:, :1]
    return torch.cat([class_logs(j, logits), missing], 1)


# The logarithms of the probabilities that numbers of a column are below values v, v, and above it: of
# each (batch, m).
def log_parts(
    x: Tensor, v: Tensor, column: Tensor, c: Optional[Tensor], p: List[Tensor]
) -> Tuple[Tensor, Tensor, Tensor]:
    j = int(column)
    mean, deviation, h = given_others(j, joined(x, c), p)
    return parts_at(v, j, mean, deviation, h, p)


def parts_at(
    v: Tensor, j: int, mean: Tensor, deviation: Tensor, h: Tensor, p: List[Tensor]
) -> Tuple[Tensor, Tensor, Tensor]:
    sizes: List[int] = CLASSES
    k = number_of(j)
    lower = v
    upper = v
    if k >= REALS:
        lower = v.ceil() - 0.5
        upper = v.floor() + 0.5
    a = normal_scores(lower, k, mean, deviation, h, p)
    b = normal_scores(upper, k, mean, deviation, h, p)
    below = torch.special_log_ndtr(a)
    above = torch.special_log_ndtr(-b)
    equal = log_normal_mass(a, b).masked_fill(lower >= upper, -float("inf"))
    if sizes[j] > 2:
        logs = class_logs(j, logits_of(j, h, p).double()).unsqueeze(1)
        atoms = p.atoms[k, : sizes[j] - 2]
        other = logs[:, :, 0]
        below = torch.logaddexp(other + below, sum_where(atoms < v.unsqueeze(2), logs))
        equal = torch.logaddexp(other + equal, sum_where(atoms == v.unsqueeze(2), logs))
        above = torch.logaddexp(other + above, sum_where(atoms > v.unsqueeze(2), logs))
    return below, equal, above


# The logarithms of the sums of the probabilities of some atoms, (batch, m, atoms).
def sum_where(chosen: Tensor, class_logs: Tensor) -> Tensor:
    return class_logs[:, :, 1:].masked_fill(~chosen, -float("inf")).logsumexp(2)


# Values v of number k, (batch, m), on the line of the standard normal distribution.
def normal_scores(
    v: Tensor, k: int, mean: Tensor, deviation: Tensor, h: Tensor, p: List[Tensor]
) -> Tensor:
    start = p.start.narrow(0, k, 1)
    z = scale.forward(v, start, p.center.narrow(0, k, 1), p.deviation.narrow(0, k, 1))[0]
    u = ((z - mean[:, k : k + 1]) / deviation[:, k : k + 1]).to(v.dtype)
    theta = theta_of(k, 1, h, p).repeat(1, 1, v.size(1))
    return layout.shaped(map.forward(layout.flat(u), theta, p.of(map))[0], v).double()


def from_normal_scores(
    y: Tensor, k: int, mean: Tensor, deviation: Tensor, h: Tensor, p: List[Tensor]
) -> Tensor:
    y = y.to(h.dtype)
    theta = theta_of(k, 1, h, p).repeat(1, 1, y.size(1))
    t = layout.shaped(map.inverse(layout.flat(y), theta, p.of(map))[0], y)
    z = (t * deviation[:, k : k + 1] + mean[:, k : k + 1]).to(h.dtype)
    start = p.start.narrow(0, k, 1)
    return scale.inverse(z, start, p.center.narrow(0, k, 1), p.deviation.narrow(0, k, 1))


# The least values whose distribution function reaches u, in float64: both (batch, m). They are kept
# within what was seen.
def quantiles(
    x: Tensor, u: Tensor, column: Tensor, c: Optional[Tensor], p: List[Tensor]
) -> Tensor:
    sizes: List[int] = CLASSES
    j = int(column)
    k = number_of(j)
    mean, deviation, h = given_others(j, joined(x, c), p)
    # A probability that was rounded up still belongs to the value of which it is.
    level = u - 1e-6 * torch.minimum(u, 1 - u)
    inner = level
    outer = 1 - level
    least = p.least.narrow(0, k, 1)
    most = p.most.narrow(0, k, 1)
    if sizes[j] > 2:
        classes = class_logs(j, logits_of(j, h, p).double()).exp().unsqueeze(1)
        atoms = p.atoms[k : k + 1, : sizes[j] - 2]
        below, equal, _ = parts_at(atoms.expand(u.size(0), -1), j, mean, deviation, h, p)
        begins = below.exp()
        ends = begins + equal.exp()
        left = ends.unsqueeze(1) < level.unsqueeze(2)
        right = begins.unsqueeze(1) >= level.unsqueeze(2)
        inner = (inner - classes[:, :, 1:].masked_fill(~left, 0).sum([2])) / classes[:, :, 0]
        outer = (outer - classes[:, :, 1:].masked_fill(~right, 0).sum([2])) / classes[:, :, 0]
        # An atom that is neither to the left nor to the right is the quantile.
        least = torch.maximum(least, atoms.unsqueeze(0).masked_fill(right, -float("inf")).amax(2))
        most = torch.minimum(most, atoms.unsqueeze(0).masked_fill(left, float("inf")).amin(2))
    from_left = torch.special_ndtri(inner.clamp(0, 1))
    from_right = -torch.special_ndtri(outer.clamp(0, 1))
    y = torch.where(inner < 0.5, from_left, from_right).clamp(-40, 40)
    v = from_normal_scores(y, k, mean, deviation, h, p)
    if k >= REALS:
        v = (v - 0.5).ceil()
        below, equal, _ = parts_at(v, j, mean, deviation, h, p)
        begin = below.exp()
        v = torch.where(begin >= level, v - 1, torch.where(begin + equal.exp() < level, v + 1, v))
    v = torch.minimum(torch.maximum(v, least), most)
    v = torch.where(u <= 0, p.least.narrow(0, k, 1), v)
    return torch.where(u >= 1, p.most.narrow(0, k, 1), v)
