# Draws from the flow; log-densities of target and flow there.
def forward(
    rows: Tensor, c: Optional[Tensor], p: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    x, log_q = flow.sample(rows, c, p.of(flow))
    if PATH_GRADIENT:
        # The density of the samples as in evaluation (BatchNorm draws with its running statistics),
        # whose gradient takes the path through x alone.
        fixed: List[Tensor] = []
        for w in p.of(flow):
            fixed.append(w.detach())
        log_q = density.log_prob(x, c, fixed)
    return target.log_prob(x, c, p.of(target)), log_q
