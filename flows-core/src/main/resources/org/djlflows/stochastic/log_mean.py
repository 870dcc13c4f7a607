def log_sum(a: Tensor, b: Tensor) -> Tensor:
    return torch.logaddexp(a, b)


def log_mean(sum: Tensor) -> Tensor:
    return sum - LOG_DRAWS
