def forward(x: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    height, place = theta.chunk(2, 1)
    height = 0.99 / BENDS * height.tanh()
    start = torch.linspace(-2, 2, BENDS, dtype=x.dtype, device=x.device)
    u = x.unsqueeze(1) - place - start.unsqueeze(1)
    z = x + (height * torch.logaddexp(u, -u)).sum([1])
    return z, torch.log1p((height * u.tanh()).sum([1]))
