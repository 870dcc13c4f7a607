def forward(c: Optional[Tensor], p: List[Tensor]) -> Optional[Tensor]:
    return c


def record(c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]) -> Optional[Tensor]:
    return c


def backward(
    e: Optional[Tensor],
    ge: List[Tensor],
    p: List[Tensor],
    tape: List[Tensor],
    gc: List[Tensor],
) -> List[Tensor]:
    gc += ge
    return []
