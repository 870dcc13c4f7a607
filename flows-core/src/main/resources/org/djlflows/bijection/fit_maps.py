def fit_forward(x: Tensor, p: List[Tensor]) -> Tensor:
    fitted = univariate.fit(x.flatten(1))
    finite = torch.isfinite(x).all() & torch.isfinite(fitted).all()
    if bool(finite):
        begin_at(fitted, p)
    return finite.to(p.fitted.dtype)
