# One step of maximum likelihood. p: the parameters of the flow, then, of those that are trained,
# the first moments, the second moments and the steps of Adam.
def step(
    x: Tensor, limit: Tensor, rate: Tensor, c: Optional[Tensor], p: List[Tensor]
) -> Tuple[Tensor, Tensor, Tensor]:
    weights: List[Tensor] = []
    for i in TRAINED:
        weights.append(p[i])
    n = len(weights)
    state = p[PARAMETERS:]

    log_prob = flow.log_prob(x, c, p[:PARAMETERS]).mean()
    found = torch.grad([-log_prob], weights, allow_unused=True)
    gradients: List[Tensor] = []
    for i in range(n):
        gradient = found[i]
        if gradient is None:
            gradients.append(torch.zeros_like(weights[i]))
        else:
            gradients.append(gradient)

    torch.set_grad_enabled(False)
    norm = gradient_norm.clip(limit, gradients)
    updated = adam.update_all(
        weights, gradients, state[:n], state[n : 2 * n], state[2 * n :], rate
    )
    torch.set_grad_enabled(True)
    return log_prob.detach(), norm, updated
