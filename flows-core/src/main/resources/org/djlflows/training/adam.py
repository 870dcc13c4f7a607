# One step of AdamW on the weight w. A gradient that is not finite changes nothing.
def update(w: Tensor, grad: Tensor, m: Tensor, v: Tensor, step: Tensor, lr: Tensor) -> Tensor:
    skip = 1 - torch.isfinite(grad.sum()).to(step.dtype)
    step += 1 - skip
    weights = [w]
    torch._fused_adamw_(
        weights,
        [grad],
        [m],
        [v],
        [],
        [step],
        lr=lr,
        beta1=BETA1,
        beta2=BETA2,
        weight_decay=DECAY,
        eps=EPSILON,
        amsgrad=False,
        maximize=False,
        grad_scale=None,
        found_inf=skip,
    )
    # Returned through the list: TorchScript drops an operator of which only lists know.
    return weights[0]
