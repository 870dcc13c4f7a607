def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    z, gain, accepted = walk(x, c, p)
    return z, -gain


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    x, gain, accepted = walk(z, c, p)
    return x, gain


def acceptance(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    return walk(x, c, p)[2]


# Where the chain ends; the log-density of the steps there less that of the same steps back; and the
# share of steps that were accepted.
def walk(
    x: Tensor, c: Optional[Tensor], p: List[Tensor]
) -> Tuple[Tensor, Tensor, Tensor]:
    log_p, drift = at(x, c, p)
    gain = torch.zeros_like(log_p)
    accepted = torch.zeros_like(log_p)
    for i in range(STEPS):
        noise = torch.randn_like(x)
        y = x + drift + p.sigma * noise
        log_p_y, drift_y = at(y, c, p)
        there = log_normal(noise)
        back = there
        if DRIFTS:
            back = log_normal((x - y - drift_y) / p.sigma)
        if ADJUSTED:
            ratio = log_p_y - log_p + back - there
            take = ratio > torch.rand_like(ratio).log()
            # A row of density 0 that stays gains nothing, not infinity less infinity.
            gain = gain + torch.where(take, log_p_y - log_p, torch.zeros_like(gain))
            x = where_row(take, y, x)
            log_p = torch.where(take, log_p_y, log_p)
            drift = where_row(take, drift_y, drift)
            accepted = accepted + take
        else:
            x, log_p, drift = y, log_p_y, drift_y
            gain = gain + there - back
            accepted = accepted + 1
    return x, gain, accepted / STEPS


def where_row(rows: Tensor, x: Tensor, y: Tensor) -> Tensor:
    return torch.where(rows.view([-1] + [1] * (x.dim() - 1)), x, y)


def log_normal(e: Tensor) -> Tensor:
    return -0.5 * e.flatten(1).square().sum([1])


# log p(x) and the drift of a step from x. With gradients if they are wanted, which only a tensor
# tells: TorchScript takes the mode for a constant.
def at(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    if not DRIFTS:
        return target.log_prob(x, c, p.of(target)), torch.zeros_like(x)
    recorded = (x.detach().requires_grad_() + 0).requires_grad
    torch.set_grad_enabled(True)
    y = x
    if not (recorded and x.requires_grad):
        y = x.detach().requires_grad_()
    log_p = target.log_prob(y, c, p.of(target))
    # Also where the target does not depend on x.
    total = (log_p + 0 * y.flatten(1).sum([1])).sum()
    score = torch.grad([total], [y], retain_graph=recorded, create_graph=recorded)[0]
    torch.set_grad_enabled(recorded)
    assert score is not None
    drift = 0.5 * p.sigma.square() * score
    if recorded:
        return log_p, drift
    return log_p.detach(), drift.detach()
