def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    z, u, log_det = map.split(x)
    return z, dropped.log_prob(u, map.condition(z, c), p.of(dropped)) + log_det


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    rows = z.flatten(1)[:, :0]
    u, log_q = dropped.sample(rows, map.condition(z, c), p.of(dropped))
    x, log_det = map.join(z, u)
    return x, log_q + log_det
