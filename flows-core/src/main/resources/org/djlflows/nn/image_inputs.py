# The context as further channels: a vector at each pixel, and of a larger image its squares.
def joined(x: Tensor, c: Optional[Tensor]) -> Tensor:
    if c is None:
        return x
    elif c.dim() == 2:
        at_pixels = c.unsqueeze(2).unsqueeze(3).expand(-1, -1, x.size(2), x.size(3))
        return torch.cat([x, at_pixels], 1)
    else:
        factor = c.size(2) // x.size(2)
        rows = c.unflatten(2, [x.size(2), factor])
        squares = rows.unflatten(4, [x.size(3), factor]).permute([0, 1, 3, 5, 2, 4])
        return torch.cat([x, squares.flatten(1, 3)], 1)
