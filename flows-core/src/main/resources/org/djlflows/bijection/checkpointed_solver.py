def record(
    x: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]
) -> Tuple[Tensor, Tensor]:
    states: List[Tensor] = []
    times: List[float] = []
    v = directions(x)
    z, log_det = solved(x, v, c, p, states, times)
    # torch.tensor would round them to float32.
    of_steps = [torch.full([1], time, dtype=7) for time in times]
    tape.extend(states)
    tape.extend([v, torch.cat(of_steps + [torch.zeros([0], dtype=7)])])
    return z, log_det


# Step by step from the last one, each computed again with a graph of its own.
def backward(
    gz: Tensor,
    gl: Tensor,
    c: Optional[Tensor],
    p: List[Tensor],
    tape: List[Tensor],
    gc: List[Tensor],
) -> Tuple[Tensor, List[Tensor]]:
    times = tape.pop()
    v = tape.pop()
    g = torch.cat([gz, gl.unsqueeze(1)], 1)
    gp: List[Tensor] = []
    for w in p:
        gp.append(torch.zeros_like(w))
    steps = times.size(0) // 2
    for k in range(steps):
        i = 2 * (steps - 1 - k)
        y = autograd.leaf(tape.pop())
        again = [y]
        if c is not None:
            c = autograd.leaf(c)
            again.append(c)
        torch.set_grad_enabled(True)
        t = float(times[i])
        first = [network.slope(y, t, [v], c, p)[0]]
        again.append(solver.step(y, t, float(times[i + 1]), first, [], [v], c, p))
        torch.set_grad_enabled(False)
        g, found = autograd.gradients([g], c is not None, p, again, gc)
        for j in range(len(p)):
            gp[j] = gp[j] + found[j]
    return g[:, :-1], gp
