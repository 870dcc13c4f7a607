# One step of maximum likelihood. p: the parameters of the flow, then, of those that are trained,
# the first moments, the second moments and the steps of Adam.
def step(
    x: Tensor, limit: Tensor, rate: Tensor, c: Optional[Tensor], p: List[Tensor]
) -> Tuple[Tensor, Tensor, Tensor]:
    parameters = p[:PARAMETERS]
    state = p[PARAMETERS:]
    tape: List[Tensor] = []
    log_prob = flow.record(x, c, parameters, tape)
    g = torch.full_like(log_prob, -1 / log_prob.size(0))
    found = flow.backward(g, c, parameters, tape, [])[1]

    weights: List[Tensor] = []
    gradients: List[Tensor] = []
    for i in TRAINED:
        weights.append(p[i])
        gradients.append(found[i])
    n = len(weights)
    norm = gradient_norm.clip(limit, gradients)
    updated = adam.update_all(
        weights, gradients, state[:n], state[n : 2 * n], state[2 * n :], rate
    )
    return log_prob.mean(), norm, updated
