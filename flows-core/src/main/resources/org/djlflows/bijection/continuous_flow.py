# From data, at time 0, to noise, at time 1.
def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return solved(x, directions(x), c, p, [], [])


# Without the penalties of training, which belong to the other direction.
def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    y = with_log_det(z)
    y = solver_back.solve(y, 1.0, 0.0, [unit_vectors(z)], c, p, [], [])[0]
    return y[:, :-1], y[:, -1]


def solved(
    x: Tensor,
    v: Tensor,
    c: Optional[Tensor],
    p: List[Tensor],
    states: List[Tensor],
    times: List[float],
) -> Tuple[Tensor, Tensor]:
    y = solver.solve(with_log_det(x), 0.0, 1.0, [v], c, p, states, times)[0]
    return y[:, :-1], y[:, -1]


def with_log_det(x: Tensor) -> Tensor:
    return torch.cat([x, torch.zeros_like(x[:, :1])], 1)


def directions(x: Tensor) -> Tensor:
    if ESTIMATED:
        return (torch.rand_like(x) - 0.5).sign().unsqueeze(0)
    else:
        return unit_vectors(x)


def unit_vectors(x: Tensor) -> Tensor:
    return torch.eye(x.size(1), dtype=x.dtype, device=x.device).unsqueeze(1)


def velocity(z: Tensor, t: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    return network.velocity(z, t, c, p)
