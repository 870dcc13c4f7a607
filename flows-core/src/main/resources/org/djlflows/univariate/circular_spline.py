# theta is (batch, 3 BINS + 1, n): that of the spline, and the angle of the rotation.


def on_circle(x: Tensor) -> Tensor:
    turns = torch.floor((x + PI) / (2 * PI))
    # Rounding can place a value a hair outside.
    return torch.sub(x, turns, alpha=2 * PI).clamp(-PI, PI)


def forward(x: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return record(x, theta, p, [])


def record(
    x: Tensor, theta: Tensor, p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    z, log_slope = spline.record(on_circle(x), theta[:, :OF_SPLINE], p, tape)
    return on_circle(z + theta[:, OF_SPLINE]), log_slope


def inverse(z: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return spline.inverse(on_circle(z - theta[:, OF_SPLINE]), theta[:, :OF_SPLINE], p)


def backward(
    gz: Tensor, gl: Tensor, p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor, List[Tensor]]:
    gx, g_theta, gp = spline.backward(gz, gl, p, tape)
    return gx, torch.cat([g_theta, gz.unsqueeze(1)], 1), gp
