def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    step = x[:, 1:] - x[:, :-1]
    log_step = torch.where(step > 0, step, float("nan")).log()
    return torch.cat([x[:, :1], log_step], 1), -log_step.sum([1])


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    log_step = z[:, 1:]
    return torch.cat([z[:, :1], log_step.exp()], 1).cumsum(1), log_step.sum([1])
