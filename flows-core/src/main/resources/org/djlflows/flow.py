def log_prob(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    e = embedding.forward(c, p.of(embedding))
    z, log_det = bijection.forward(x, e, p.of(bijection))
    return base.log_prob(z, e, p.of(base)) + log_det


def sample(rows: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    e = embedding.forward(c, p.of(embedding))
    z, log_prob_z = base.sample(rows, e, p.of(base))
    x, log_det = bijection.inverse(z, e, p.of(bijection))
    return x, log_prob_z - log_det


def generate(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    e = embedding.forward(c, p.of(embedding))
    x, log_det = bijection.inverse(z, e, p.of(bijection))
    return x, base.log_prob(z, e, p.of(base)) - log_det


# From data to noise, and back.
def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return bijection.forward(x, embedding.forward(c, p.of(embedding)), p.of(bijection))


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return bijection.inverse(z, embedding.forward(c, p.of(embedding)), p.of(bijection))


def record(x: Tensor, c: Optional[Tensor], p: List[Tensor], tape: List[Tensor]) -> Tensor:
    e = embedding.record(c, p.of(embedding), tape)
    z, log_det = bijection.record(x, e, p.of(bijection), tape)
    log_prob_z = base.record(z, e, p.of(base), tape)
    if e is not None:
        tape.append(e)
    return log_prob_z + log_det


def backward(
    g: Tensor,
    c: Optional[Tensor],
    p: List[Tensor],
    tape: List[Tensor],
    gc: List[Tensor],
) -> Tuple[Tensor, List[Tensor]]:
    e: Optional[Tensor] = None
    if c is not None:
        e = tape.pop()
    ge: List[Tensor] = []
    gz, g_base = base.backward(g, e, p.of(base), tape, ge)
    gx, g_bijection = bijection.backward(gz, g, e, p.of(bijection), tape, ge)
    g_embedding = embedding.backward(e, ge, p.of(embedding), tape, gc)
    return gx, g_bijection + g_base + g_embedding
