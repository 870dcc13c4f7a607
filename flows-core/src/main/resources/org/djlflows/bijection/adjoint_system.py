# y is z and the adjoint a = dL/dz, of da/dt = -d(a f + gl trace)/dz; the integrands are the gradients
# of the context, if there is one, and of each of p.
def slope(
    y: Tensor, t: float, fixed: List[Tensor], c: Optional[Tensor], p: List[Tensor]
) -> Tuple[Tensor, List[Tensor]]:
    z, a = y.chunk(2, 1)
    z = autograd.leaf(z)
    tape = [z]
    if c is not None:
        c = autograd.leaf(c)
        tape.append(c)
    torch.set_grad_enabled(True)
    f, trace = network.field(z, t, fixed[0], c, p)
    torch.set_grad_enabled(False)
    tape.extend([f, trace])
    gc: List[Tensor] = []
    gz, gp = autograd.gradients([a, fixed[1]], c is not None, p, tape, gc)
    integrands: List[Tensor] = []
    for gradient in gc + gp:
        integrands.append(-gradient)
    return torch.cat([f.detach(), -gz], 1), integrands
