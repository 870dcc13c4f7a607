# The same maps for each context, from which training starts.
def fit_forward(x: Tensor, p: List[Tensor]) -> Tensor:
    fitted = univariate.fit(x.flatten(1))
    finite = torch.isfinite(x).all() & torch.isfinite(fitted).all()
    if bool(finite):
        p.bias.copy_(fitted.flatten())
        p.fitted.fill_(1)
    return finite.to(p.fitted.dtype)
