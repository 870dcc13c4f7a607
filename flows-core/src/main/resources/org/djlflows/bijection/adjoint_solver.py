def record(
    x: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    v = directions(x)
    z, log_det = solved(x, v, c, p, [], [])
    tape.extend([v, z])
    return z, log_det


# The equation is linear in the gradients, so that these are solved for at the scale of 1, to which
# the tolerance belongs.
def backward(
    gz: Tensor,
    gl: Tensor,
    c: Optional[Tensor],
    p: List[Tensor],
    tape: List[Tensor],
    gc: List[Tensor],
) -> Tuple[Tensor, List[Tensor]]:
    z = tape.pop()
    v = tape.pop()
    scale = torch.cat([gz.flatten(), gl, gl.new_full([1], 1e-30)]).abs().max()
    y = torch.cat([z, gz / scale], 1)
    y, integrals = adjoint.solve(y, 1.0, 0.0, [v, gl / scale], c, p, [], [])
    gradients: List[Tensor] = []
    for integral in integrals:
        gradients.append(integral * scale)
    if c is not None:
        gc.append(gradients.pop(0))
    return y[:, z.size(1) :] * scale, gradients
