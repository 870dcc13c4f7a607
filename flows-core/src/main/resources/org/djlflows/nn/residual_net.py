# p: weight and bias of the first layer, of two layers for each block, of one gate for each block.


def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    h = x
    if c is not None:
        h = torch.cat([x, c], 1)
    h = torch.linear(h, p[0], p[1])
    for i in range(BLOCKS):
        b = 2 + 4 * i
        r = torch.linear(ACTIVATION(h), p[b], p[b + 1])
        r = torch.linear(ACTIVATION(r), p[b + 2], p[b + 3])
        if c is not None:
            g = 2 + 4 * BLOCKS + 2 * i
            r = r * torch.linear(c, p[g], p[g + 1]).sigmoid()
        h = h + r
    return h
