# Sizes of bins, which add up to 1 and are no smaller than SMALLEST.
def sizes(theta: Tensor) -> Tensor:
    return torch.rsub(theta.softmax(1), SMALLEST, -FREE)


# The number of each value's bin, by the right ends of all.
def find(value: Tensor, ends: Tensor) -> Tensor:
    return (ends[:, : BINS - 1] <= value.unsqueeze(1)).sum([1], True)


# Of what each bin has, that of bin k.
def pick(values: Tensor, k: Tensor) -> Tensor:
    return values.gather(1, k).squeeze(1)


# The bin of each value, its size, its left end, and how far the value is from it in sizes.
def locate(value: Tensor, sizes: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
    ends = sizes.cumsum(1)
    k = find(value, ends)
    size = pick(sizes, k)
    left = pick(ends, k) - size
    # Rounding can place a value a hair outside.
    return k, size, left, ((value - left) / size).clamp(0, 1)
