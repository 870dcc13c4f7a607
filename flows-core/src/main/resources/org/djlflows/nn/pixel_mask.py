# One more channel: 1 at the pixels (i, j) that pass, those whose i + j has the remainder PASSING.
def beside(h: Tensor) -> Tensor:
    rows = torch.arange(h.size(2), device=h.device).unsqueeze(1)
    columns = torch.arange(h.size(3), device=h.device)
    mask = ((rows + columns) % 2 == PASSING).to(h.dtype)
    return torch.cat([h, mask.expand([h.size(0), 1, -1, -1])], 1)
