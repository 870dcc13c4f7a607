# y = asinh(exp(mu) (exp(nu) sinh(x) + beta)) and its log-slope; the inverse is that of -beta, -nu and
# -mu. Seen from the side on which x is, sinh(x) = exp(x) (1 - exp(-2 x)) / 2, and exp(x) is taken out
# of the asinh as x, so that nothing overflows.
def of(x: Tensor, beta: Tensor, mu: Tensor, nu: Tensor) -> Tuple[Tensor, Tensor]:
    side = torch.where(x < 0, -1, 1).to(x.dtype)
    x = side * x
    small = (-2 * x).exp()
    inner = 0.5 * (mu + nu).exp() * -torch.expm1(-2 * x) + side * beta * (mu - x).exp()
    square = inner.square() + small
    other = torch.where(inner < 0, -1, 1).to(x.dtype)
    y = x + (other * inner + square.sqrt()).log()
    return side * other * y, mu + nu + torch.log1p(small) - LOG_TWO - 0.5 * square.log()
