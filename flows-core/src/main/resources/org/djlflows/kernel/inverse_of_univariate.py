# The inverse of an increasing map of all numbers, of which forward is known.
def inverse(z: Tensor, theta: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    x = solve_from(z, z, [theta] + p)
    return x, -forward(x, theta, p)[1]


def at(x: Tensor, state: List[Tensor]) -> Tuple[Tensor, Tensor]:
    z, log_slope = forward(x, state[0], state[1:])
    return z, log_slope.exp()
