# The normal distribution proportional to N(mu, sigma)^(1 + w) / N(mu_u, sigma_u)^w, where
# sigma = exp(alpha), with the ratio of the variances bounded by 1 (Gu et al. 2025, STARFlow).
def guide(
    alpha: Tensor, mu: Tensor, alpha_u: Tensor, mu_u: Tensor, w: Tensor
) -> Tuple[Tensor, Tensor]:
    ws = w * ((alpha - alpha_u) * 2.0).clamp(max=0.0).exp()
    narrower = 1.0 + w - ws
    guided = ((1.0 + w) * mu - ws * mu_u) / narrower
    return alpha - narrower.log() * 0.5, guided
