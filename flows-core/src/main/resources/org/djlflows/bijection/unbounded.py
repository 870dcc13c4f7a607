# 1 / w of each feature, 0 for a half line.
def per_width(x: Tensor) -> Tensor:
    return torch.tensor(PER_WIDTH, dtype=x.dtype, device=x.device)


def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    share = x * per_width(x)
    x = torch.where((x > 0) & (share < 1), x, float("nan"))
    log_x = x.log()
    log_rest = torch.log1p(-share)
    return log_x - log_rest, -(log_x + log_rest).sum([1])


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    s = torch.softplus(z + per_width(z).log())
    return (z - s).exp(), torch.sub(z, s, alpha=2).sum([1])
