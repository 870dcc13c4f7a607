def forward(c: Optional[Tensor], p: List[Tensor]) -> Optional[Tensor]:
    if c is None:
        return c
    else:
        return network.forward(c, None, p)
