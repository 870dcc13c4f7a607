# kappa (cos(x - mean) - 1) by the half angle, since both are nearly 1 where kappa is large.
def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    kappa = p.log_concentration.exp()
    log_density = -2 * kappa * (0.5 * (x - p.mean)).sin().square()
    log_density = log_density - torch.special_i0e(kappa).log() - LOG_TWO_PI
    inside = (x.abs() <= END).flatten(1).all(1)
    return torch.where(inside, log_density.flatten(1).sum([1]), float("-inf"))


# Best and Fisher's rejection from a wrapped Cauchy distribution. Their r is (1 + rho^2) / (2 rho);
# r - 1 and 1 - f are written so that nothing cancels for small and for large kappa.
def sample(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    size = [rows.size(0)] + SHAPE
    kappa = p.log_concentration.detach().double().exp().clamp_min(1e-8).expand(size)
    root = (1 + 4 * kappa.square()).sqrt()
    tau = 1 + root
    rho = 2 * kappa * tau.sqrt() / (tau * (tau.sqrt() + 2**0.5))
    r_less_1 = (1 - rho).square() / (2 * rho)
    angle = torch.zeros_like(kappa)
    waiting = torch.ones_like(kappa, dtype=11)
    for i in range(200):
        if not bool(waiting.any()):
            break
        u = torch.rand_like(kappa)
        z = torch.cos(PI * torch.rand_like(kappa))
        side = torch.rand_like(kappa)
        off = r_less_1 * (1 - z) / (r_less_1 + 1 + z)
        excess = kappa * (r_less_1 + off)
        accepted = torch.log(excess / u.clamp_min(1e-300)) + 1 - excess >= 0
        proposed = 2 * (0.5 * off).clamp(0, 1).sqrt().asin()
        proposed = torch.where(side < 0.5, -proposed, proposed)
        angle = torch.where(waiting & accepted, proposed, angle)
        waiting = waiting & accepted.logical_not()
    x = torch.remainder(p.mean.detach().double() + angle + PI, 2 * PI) - PI
    x = x.to(rows.dtype)
    return x, log_prob(x, c, p)
