# Goes through the tokens of h, whose first is at that place of the sequence. In the cache, from the
# place `at` on, are keys and values of the tokens before, for each layer; those of h are added.
def forward(
    h: Tensor, first: int, cache: List[Tensor], at: int, p: List[Tensor]
) -> Tensor:
    for i in range(LAYERS):
        h = h + attention(h, first, cache, at + i, i, p)
        h = h + perceptron(h, i, p)
    return h


def attention(
    h: Tensor, first: int, cache: List[Tensor], at: int, i: int, p: List[Tensor]
) -> Tensor:
    normal = torch.layer_norm(h, [WIDTH], p.attention[i].norm_weight, p.attention[i].norm_bias)
    qkv = number.linear(normal, p.attention[i].qkv_weight, p.attention[i].qkv_bias)
    heads = qkv.unflatten(2, [3, HEADS, -1]).permute([2, 0, 3, 1, 4])
    known = extend(cache, at, heads[1:], first)
    mask: Optional[Tensor] = None
    if first > 0 and h.size(1) > 1:
        seen = torch.ones([h.size(1), first + h.size(1)], dtype=11, device=h.device)
        mask = seen.tril(first)
    out = torch.scaled_dot_product_attention(
        query.of(heads[0], cache), known[0], known[1], mask, 0.0, CAUSAL and first == 0, scale=SCALE
    )
    out = out.transpose(1, 2).flatten(2)
    return number.linear(out, p.attention[i].out_weight, p.attention[i].out_bias)


def perceptron(h: Tensor, i: int, p: List[Tensor]) -> Tensor:
    h = torch.layer_norm(h, [WIDTH], p.mlp[i].norm_weight, p.mlp[i].norm_bias)
    up = number.linear(h, p.mlp[i].up_weight, p.mlp[i].up_bias)
    return number.linear(torch.gelu(up), p.mlp[i].down_weight, p.mlp[i].down_bias)


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
