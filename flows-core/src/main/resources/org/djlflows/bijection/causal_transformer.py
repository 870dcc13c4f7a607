# p: for each layer the norm, the maps to queries, keys and values and back, the norm and the two maps
# of the perceptron, each as weight and bias.


# Goes through the tokens of h, whose first is at that place of the sequence. In the cache, from the
# place `at` on, are keys and values of the tokens before, for each layer; those of h are added.
def forward(
    h: Tensor, first: int, cache: List[Tensor], at: int, p: List[Tensor]
) -> Tensor:
    for i in range(LAYERS):
        w = p[12 * i : 12 * i + 12]
        h = h + attention(h, first, cache, at + i, w)
        h = h + perceptron(h, w[6:])
    return h


def attention(
    h: Tensor, first: int, cache: List[Tensor], at: int, w: List[Tensor]
) -> Tensor:
    qkv = number.linear(torch.layer_norm(h, [WIDTH], w[0], w[1]), w[2], w[3])
    heads = qkv.unflatten(2, [3, HEADS, -1]).permute([2, 0, 3, 1, 4])
    known = extend(cache, at, heads[1:], first)
    mask: Optional[Tensor] = None
    if first > 0 and h.size(1) > 1:
        seen = torch.ones([h.size(1), first + h.size(1)], dtype=11, device=h.device)
        mask = seen.tril(first)
    out = torch.scaled_dot_product_attention(
        query.of(heads[0], cache), known[0], known[1], mask, 0.0, first == 0, scale=SCALE
    )
    return number.linear(out.transpose(1, 2).flatten(2), w[4], w[5])


def perceptron(h: Tensor, w: List[Tensor]) -> Tensor:
    up = number.linear(torch.layer_norm(h, [WIDTH], w[0], w[1]), w[2], w[3])
    return number.linear(torch.gelu(up), w[4], w[5])


# Room for keys and values of so many tokens; with room for none nothing is kept.
def empty_cache(rows: int, tokens: int, like: Tensor) -> List[Tensor]:
    cache: List[Tensor] = []
    for i in range(LAYERS):
        cache.append(number.empty(like, [2, rows, HEADS, tokens, WIDTH // HEADS]))
    return cache


# With gradients nothing is overwritten.
def extend(cache: List[Tensor], i: int, new: Tensor, first: int) -> Tensor:
    if cache[i].size(3) == 0:
        return new
    if torch.is_grad_enabled():
        cache[i] = torch.cat([cache[i].narrow(3, 0, first), new], 3)
        return cache[i]
    cache[i].narrow(3, first, new.size(3)).copy_(new)
    return cache[i].narrow(3, 0, first + new.size(3))
