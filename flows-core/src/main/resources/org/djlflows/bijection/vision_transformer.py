def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    h = number.linear(x.flatten(2).transpose(1, 2), p.in_weight, p.in_bias) + p.positions
    if CLASSES and c is not None:
        h = h + c.mm(p.classes).unsqueeze(1)
    h = transformer.forward(h, 0, transformer.empty_cache(x.size(0), 0, h), 0, p)
    h = torch.layer_norm(h, [WIDTH], p.norm_weight, p.norm_bias)
    return h.transpose(1, 2).unflatten(2, [x.size(2), x.size(3)])
