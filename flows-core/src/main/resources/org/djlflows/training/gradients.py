# Scales all gradients p so that their common norm is at most the limit, and returns the norm.
def clip(limit: Tensor, p: List[Tensor]) -> Tensor:
    norm = torch.linalg_vector_norm(torch.stack(torch._foreach_norm(p, 2)), 2)
    factor = (limit / (norm + 1e-6)).clamp_max(1)
    # One gradient that is not finite spoils all.
    factor = torch.where(torch.isfinite(norm), factor, float("nan"))
    for gradient in p:
        gradient.mul_(factor)
    return norm
