# The methods of an exported flow with context.
def forward(x: Tensor, c: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return flow.forward(inputs.checked("x", x, DATA, p), inputs.of_rows(c, x, CONTEXT, p), p)


def inverse(z: Tensor, c: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return flow.inverse(inputs.checked("z", z, NOISE, p), inputs.of_rows(c, z, CONTEXT, p), p)


def log_prob(x: Tensor, c: Tensor, p: List[Tensor]) -> Tensor:
    return flow.log_prob(inputs.checked("x", x, DATA, p), inputs.of_rows(c, x, CONTEXT, p), p)


def sample(c: Tensor, p: List[Tensor]) -> Tensor:
    c = inputs.checked("c", c, CONTEXT, p).detach()
    rows = torch.empty([c.size(0), 0], dtype=c.dtype, device=c.device)
    return flow.sample(rows, c, inputs.detached(p))[0]
