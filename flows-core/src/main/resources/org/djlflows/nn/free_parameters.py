def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    return p.theta.unsqueeze(0)
