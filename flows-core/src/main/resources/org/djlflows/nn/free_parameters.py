def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    return p[0].unsqueeze(0)
