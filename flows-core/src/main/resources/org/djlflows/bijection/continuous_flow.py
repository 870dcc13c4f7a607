# From data, at time 0, to noise, at time 1.
def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return solved(x, 0.0, 1.0, directions(x), c, p, [], [])


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return solved(z, 1.0, 0.0, unit_vectors(z), c, p, [], [])


def solved(
    x: Tensor,
    start: float,
    end: float,
    v: Tensor,
    c: Optional[Tensor],
    p: List[Tensor],
    states: List[Tensor],
    times: List[float],
) -> Tuple[Tensor, Tensor]:
    y = torch.cat([x, torch.zeros_like(x[:, :1])], 1)
    y = solver.solve(y, start, end, [v], c, p, states, times)[0]
    return y[:, :-1], y[:, -1]


def directions(x: Tensor) -> Tensor:
    if ESTIMATED:
        return (torch.rand_like(x) - 0.5).sign().unsqueeze(0)
    else:
        return unit_vectors(x)


def unit_vectors(x: Tensor) -> Tensor:
    return torch.eye(x.size(1), dtype=x.dtype, device=x.device).unsqueeze(1)


def velocity(z: Tensor, t: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    return network.velocity(z, t, c, p)
