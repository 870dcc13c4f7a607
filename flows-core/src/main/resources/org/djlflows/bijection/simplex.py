def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    shares = torch.cat([x, 1 - x.sum([1], True)], 1)
    log_shares = torch.where(shares > 0, shares, float("nan")).log()
    return log_shares[:, :-1] - log_shares[:, -1:], -log_shares.sum([1])


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    log_shares = torch.cat([z, torch.zeros_like(z[:, :1])], 1).log_softmax(1)
    return log_shares[:, :-1].exp(), log_shares.sum([1])
