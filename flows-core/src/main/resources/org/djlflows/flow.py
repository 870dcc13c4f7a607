def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    e = embedding.forward(c, p[EMBEDDING:])
    z, log_det = bijection.forward(x, e, p[:BASE])
    return base.log_prob(z, e, p[BASE:EMBEDDING]) + log_det


def sample(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    e = embedding.forward(c, p[EMBEDDING:])
    z, log_prob_z = base.sample(rows, e, p[BASE:EMBEDDING])
    x, log_det = bijection.inverse(z, e, p[:BASE])
    return x, log_prob_z - log_det


def generate(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    e = embedding.forward(c, p[EMBEDDING:])
    x, log_det = bijection.inverse(z, e, p[:BASE])
    return x, base.log_prob(z, e, p[BASE:EMBEDDING]) - log_det
