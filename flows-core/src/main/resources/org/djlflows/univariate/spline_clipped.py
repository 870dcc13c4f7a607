# zuko's: sizes and the logarithms of slopes are clipped softly, x / (1 + |x| / limit).


def divisor(x: Tensor, per_limit: float) -> Tensor:
    return torch.rsub(x.abs(), 1.0, -per_limit)


def sizes(theta: Tensor, tape: List[Tensor]) -> Tensor:
    d = divisor(theta, 2 * PER_LIMIT)
    tape.append(d)
    return theta / d


def sizes_backward(g: Tensor, tape: List[Tensor]) -> Tensor:
    return g / tape.pop().square()


def slope(raw: Tensor) -> Tensor:
    return (raw / divisor(raw, PER_LIMIT)).exp()


def slope_backward(g: Tensor, raw: Tensor, slope: Tensor) -> Tensor:
    return g * slope / divisor(raw, PER_LIMIT).square()
