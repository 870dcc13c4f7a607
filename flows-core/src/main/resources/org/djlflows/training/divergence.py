# The loss, and the mean bound on log Z, from log-densities of samples, S for each bound.
def loss(log_p: Tensor, log_q: Tensor, beta: Tensor) -> Tuple[Tensor, Tensor]:
    log_w = (beta * log_p - log_q).unflatten(0, [-1, SAMPLES])
    bounds = bounds_of(log_w)
    bound = bounds.mean().detach()
    if PATH_GRADIENT:
        share = torch.softmax((1 - ALPHA) * log_w.detach(), 1)
        bounds = ((ALPHA * share + (1 - ALPHA) * share.square()) * log_w).sum([1])
    # A bound that is not finite can have gradients that are.
    factor = torch.where(torch.isfinite(bound), SIGN, float("nan")).to(bound.dtype)
    return factor * bounds.mean(), bound


def bounds_of(log_w: Tensor) -> Tensor:
    if ALPHA == 1:
        return log_w.mean([1])
    # The mean of powers as 1 and the rest, which keeps its digits where the order is close to 1.
    powers = (1 - ALPHA) * log_w
    largest = powers.detach().amax([1], True)
    rest = torch.expm1(powers - largest).mean([1])
    return (largest.squeeze(1) + torch.log1p(rest)) / (1 - ALPHA)
