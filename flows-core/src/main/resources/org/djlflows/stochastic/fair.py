def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    return torch.zeros([1, 1], dtype=x.dtype, device=x.device)
