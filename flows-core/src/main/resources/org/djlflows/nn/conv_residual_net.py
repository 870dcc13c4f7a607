# A convolution whose weights have, for each output, the norm of its scale.
def convolved(x: Tensor, v: Tensor, bias: Tensor, scale: Tensor) -> Tensor:
    norm = torch.linalg_vector_norm(v, 2, [1, 2, 3], True)
    return convolution.same(x, v * (scale.view_as(norm) / norm), bias)


def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    h = inputs.joined(torch.cat([x, -x], 1), c).relu()
    h = convolved(h, p.first_weight, p.first_bias, p.first_scale)
    skips = convolved(h, p.skip_weight, p.skip_bias, p.skip_scale)
    for i in range(BLOCKS):
        r = convolved(
            h.relu(), p.block[i].first_weight, p.block[i].first_bias, p.block[i].first_scale
        )
        h = h + convolved(
            r.relu(), p.block[i].second_weight, p.block[i].second_bias, p.block[i].second_scale
        )
        skips = skips + convolved(
            h, p.block[i].skip_weight, p.block[i].skip_bias, p.block[i].skip_scale
        )
    return skips.relu()
