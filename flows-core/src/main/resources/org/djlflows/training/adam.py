# One step of AdamW, with decay on matrices alone. A gradient that is not finite changes nothing.


def update(w: Tensor, grad: Tensor, m: Tensor, v: Tensor, step: Tensor, rate: Tensor) -> Tensor:
    return update_all([w], [grad], [m], [v], [step], rate)


def update_all(
    weights: List[Tensor],
    gradients: List[Tensor],
    first: List[Tensor],
    second: List[Tensor],
    steps: List[Tensor],
    rate: Tensor,
) -> Tensor:
    take = torch.isfinite(gradients[0].sum()).to(rate.dtype)
    for step in steps:
        step += take
    if DECAY > 0:
        kept = 1 - take * rate * DECAY
        for w in weights:
            if w.dim() > 1:
                w.mul_(kept)
    torch._fused_adamw_(
        weights,
        gradients,
        first,
        second,
        [],
        steps,
        lr=rate,
        beta1=BETA1,
        beta2=BETA2,
        weight_decay=0.0,
        eps=EPSILON,
        amsgrad=False,
        maximize=False,
        grad_scale=None,
        found_inf=1 - take,
    )
    # Returned through the list: TorchScript drops an operator of which only lists know.
    return weights[0]
