def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    moved = mask.moved(x)
    x3 = moved.unsqueeze(-1).flatten(2)
    z = (x3 - p.statistics_mean.unsqueeze(1)) * (p.statistics_variance + 1e-4).rsqrt().unsqueeze(1)
    log_det = -0.5 * x3.size(2) * (p.statistics_variance + 1e-4).log().sum()
    return mask.joined(mask.kept(x), z.view_as(moved)), log_det.expand(x.size(0))


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    moved = mask.moved(z)
    z3 = moved.unsqueeze(-1).flatten(2)
    x = z3 * (p.statistics_variance + 1e-4).sqrt().unsqueeze(1) + p.statistics_mean.unsqueeze(1)
    log_det = 0.5 * z3.size(2) * (p.statistics_variance + 1e-4).log().sum()
    return mask.joined(mask.kept(z), x.view_as(moved)), log_det.expand(z.size(0))
