# Zhai et al. 2025, equation 9: away from the other maps along a line.
def guide(
    alpha: Tensor, mu: Tensor, alpha_u: Tensor, mu_u: Tensor, w: Tensor
) -> Tuple[Tensor, Tensor]:
    if SCALE:
        alpha = alpha + w * (alpha - alpha_u)
    if SHIFT:
        mu = mu + w * (mu - mu_u)
    return alpha, mu
