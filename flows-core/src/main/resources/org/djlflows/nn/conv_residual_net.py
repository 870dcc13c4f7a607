def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    h = inputs.joined(torch.cat([x, -x], 1), c).relu()
    h = weight_norm.convolved(h, p.first_weight, p.first_bias, p.first_scale)
    skips = weight_norm.convolved(h, p.skip_weight, p.skip_bias, p.skip_scale)
    for i in range(BLOCKS):
        r = weight_norm.convolved(
            h.relu(), p.block[i].first_weight, p.block[i].first_bias, p.block[i].first_scale
        )
        h = h + weight_norm.convolved(
            r.relu(), p.block[i].second_weight, p.block[i].second_bias, p.block[i].second_scale
        )
        skips = skips + weight_norm.convolved(
            h, p.block[i].skip_weight, p.block[i].skip_bias, p.block[i].skip_scale
        )
    return skips.relu()
