# A convolution with weight normalisation behind batch normalisation and rectified linear units.
def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    y = norm.of(x, p.input_mean, p.input_variance)
    h = inputs.joined(mask.beside(torch.cat([y, -y], 1)), c).relu()
    h = weight_norm.convolved(h, p.first_weight, p.first_bias, p.first_scale)
    skips = weight_norm.convolved(h, p.skip_weight, p.skip_bias, p.skip_scale)
    for i in range(BLOCKS):
        r = norm.of(h, p.block[i].first_mean, p.block[i].first_variance).relu()
        r = weight_norm.convolved(
            r, p.block[i].first_weight, p.block[i].first_bias, p.block[i].first_scale
        )
        r = norm.of(r, p.block[i].second_mean, p.block[i].second_variance).relu()
        h = h + weight_norm.convolved(
            r, p.block[i].second_weight, p.block[i].second_bias, p.block[i].second_scale
        )
        skips = skips + weight_norm.convolved(
            h, p.block[i].skip_weight, p.block[i].skip_bias, p.block[i].skip_scale
        )
    skips = norm.of(skips, p.last_mean, p.last_variance).relu()
    return weight_norm.convolved(skips, p.last_weight, p.last_bias, p.last_scale)
