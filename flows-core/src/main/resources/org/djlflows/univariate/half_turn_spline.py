# Half a turn, then a spline that keeps both ends.


def on_circle(x: Tensor) -> Tensor:
    # Rounding can place a value a hair outside.
    return (torch.remainder(x + PI, 2 * PI) - PI).clamp(-PI, PI)


def forward(x: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return spline.forward(on_circle(x + PI), theta, p)


def record(
    x: Tensor, theta: Tensor, p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    return spline.record(on_circle(x + PI), theta, p, tape)


def inverse(z: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    x, log_slope = spline.inverse(on_circle(z), theta, p)
    return on_circle(x + PI), log_slope


def backward(
    gz: Tensor, gl: Tensor, p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor, List[Tensor]]:
    return spline.backward(gz, gl, p, tape)
