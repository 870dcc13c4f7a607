# The logarithm of the probability a(z) with which each proposal is accepted.
def log_acceptance(z: Tensor, p: List[Tensor]) -> Tensor:
    h = network.forward(z.flatten(1), None, p.of(network))
    return torch.log_sigmoid(torch.linear(h, p.weight, p.bias)).squeeze(1)


def proposals(n: int, like: Tensor) -> Tensor:
    return torch.randn([n] + SHAPE, dtype=like.dtype, device=like.device)


# Of a mean acceptance Z: a proposal before the last was accepted, or all of them were rejected.
def density(z: Tensor, mean: Tensor, p: List[Tensor]) -> Tensor:
    mean = mean.clamp(1e-30, 1 - 1e-6)
    log_rejected = (PROPOSALS - 1) * torch.log1p(-mean)
    log_accepted = (-torch.expm1(log_rejected)).log() - mean.log() + log_acceptance(z, p)
    normal = -0.5 * z.flatten(1).square().sum([1]) - LOG_NORMALIZER
    return normal + torch.logaddexp(log_accepted, log_rejected)


def log_prob(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    if TRAINING:
        mean = log_acceptance(proposals(DRAWS, z), p).exp().mean()
        p.mean_acceptance.lerp_(mean.detach(), RATE)
        # The running mean in place of that of few draws, with the gradient of theirs.
        return density(z, p.mean_acceptance + (mean - mean.detach()), p)
    else:
        return density(z, p.mean_acceptance, p)


# Without gradients: those of the density alone, without those of where samples lie, would mislead.
def sample(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    z = proposals(rows.size(0), rows)
    waiting = torch.arange(rows.size(0), device=rows.device)
    for i in range(PROPOSALS - 1):
        u = torch.rand([waiting.size(0)], dtype=rows.dtype, device=rows.device)
        rejected = u.log() > log_acceptance(z.index_select(0, waiting), p)
        waiting = waiting.masked_select(rejected)
        if waiting.size(0) == 0:
            break
        z.index_copy_(0, waiting, proposals(waiting.size(0), rows))
    return z, density(z, p.mean_acceptance, p).detach()


# The mean acceptance of many proposals.
def mean_acceptance(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    total = torch.zeros([1], dtype=rows.dtype, device=rows.device)
    for i in range(PARTS):
        total += log_acceptance(proposals(PART, rows), p).exp().mean()
    return total / PARTS
