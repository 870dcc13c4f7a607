# p: the variance of the noise, then the parameters of the density.
# Some rows at a time, since the graph of all layers is kept for the gradient.
def denoise(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    found = [x[:0]]
    for begin in range(0, x.size(0), ROWS):
        rows = min(ROWS, x.size(0) - begin)
        of_rows: Optional[Tensor] = None
        if c is not None:
            of_rows = c.narrow(0, begin, rows)
        found.append(denoise_rows(x.narrow(0, begin, rows), of_rows, p))
    return torch.cat(found)


def denoise_rows(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    torch.set_grad_enabled(True)
    x = x.detach().requires_grad_()
    log_prob = density.log_prob(x, c, p[1:]).sum()
    torch.set_grad_enabled(False)
    score = torch.grad([log_prob], [x])[0]
    assert score is not None
    return torch.addcmul(x.detach(), score, p[0])
