# One step of variational inference.
def step(
    rows: Tensor,
    beta: Tensor,
    limit: Tensor,
    rate: Tensor,
    c: Optional[Tensor],
    p: List[Tensor],
) -> Tuple[Tensor, Tensor, Tensor]:
    bound, gradients = bound_and_gradients(rows, beta, c, p)
    norm, updated = descent.update(limit, rate, gradients, p)
    return bound.float(), norm, updated


def bound_and_gradients(
    rows: Tensor, beta: Tensor, c: Optional[Tensor], p: List[Tensor]
) -> Tuple[Tensor, List[Tensor]]:
    torch.set_grad_enabled(True)
    leaves: List[Tensor] = []
    for w in p.of(block):
        leaves.append(w.detach())
    trained: List[Tensor] = []
    for i in TRAINED:
        trained.append(leaves[i].requires_grad_())
    log_p, log_q = log_weights.forward(repeated(rows), repeated_context(c), leaves)
    loss, bound = divergence.loss(log_p, log_q, beta)
    torch.set_grad_enabled(False)
    gradients: List[Tensor] = []
    found = torch.grad([loss], trained, allow_unused=True)
    for i in range(len(trained)):
        gradient = found[i]
        if gradient is None:
            gradient = torch.zeros_like(trained[i])
        gradients.append(gradient)
    return bound.detach(), gradients


# The mean bound, without gradients.
def evaluate(
    rows: Tensor, beta: Tensor, c: Optional[Tensor], p: List[Tensor]
) -> Tensor:
    log_p, log_q = log_weights.forward(
        repeated(rows), repeated_context(c), p.of(block)
    )
    return divergence.loss(log_p, log_q, beta)[1]


def repeated(rows: Tensor) -> Tensor:
    return rows.repeat_interleave(SAMPLES, 0)


def repeated_context(c: Optional[Tensor]) -> Optional[Tensor]:
    if c is None:
        return c
    else:
        return repeated(c)
