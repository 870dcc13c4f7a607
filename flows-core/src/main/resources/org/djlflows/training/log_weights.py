# Draws from the flow; log-densities of target and flow there. p: the parameters of the flow, then
# those of the target.
def forward(
    rows: Tensor, c: Optional[Tensor], p: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    x, log_q = flow.sample(rows, c, p[:FLOW])
    if PATH_GRADIENT:
        # The density of the samples as in evaluation (BatchNorm draws with its running statistics),
        # whose gradient takes the path through x alone.
        fixed: List[Tensor] = []
        for w in p[:FLOW]:
            fixed.append(w.detach())
        log_q = density.log_prob(x, c, fixed)
    return target.log_prob(x, c, p[FLOW:]), log_q
