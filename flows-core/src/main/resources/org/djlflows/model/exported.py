# The methods of an exported flow without context.
def forward(x: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return flow.forward(inputs.checked("x", x, DATA, p), None, p)


def inverse(z: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return flow.inverse(inputs.checked("z", z, NOISE, p), None, p)


def log_prob(x: Tensor, p: List[Tensor]) -> Tensor:
    return flow.log_prob(inputs.checked("x", x, DATA, p), None, p)


def sample(n: int, p: List[Tensor]) -> Tensor:
    rows = torch.empty([n, 0], dtype=p[0].dtype, device=p[0].device)
    return flow.sample(rows, None, inputs.detached(p))[0]


# For callers that have no whole numbers, only tensors: as many samples as rows.
def sample_rows(rows: Tensor, p: List[Tensor]) -> Tensor:
    return sample(rows.size(0), p)
