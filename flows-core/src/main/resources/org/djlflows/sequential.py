# The holes are filled with a line for each step.
def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    FORWARD
    return x, SUM_OF_LOG_DETS


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    INVERSE
    return z, SUM_OF_LOG_DETS


def record(
    x: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    RECORD
    return x, SUM_OF_LOG_DETS


def backward(
    gz: Tensor,
    gl: Tensor,
    c: Optional[Tensor],
    p: List[Tensor],
    tape: List[Tensor],
    gc: List[Tensor],
) -> Tuple[Tensor, List[Tensor]]:
    BACKWARD
    return gz, ALL_GRADIENTS
