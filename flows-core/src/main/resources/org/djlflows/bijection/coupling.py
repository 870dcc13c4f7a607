def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return forward_from(x, conditioner.forward(mask.kept(x), c, p[OWN:UNIVARIATE]), p)


def inverse(z: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    return inverse_from(z, conditioner.forward(mask.kept(z), c, p[OWN:UNIVARIATE]), p)


# The part that passes unchanged, for a conditioner that is called from Java.
def kept(x: Tensor, p: List[Tensor]) -> Tensor:
    return mask.kept(x)


# The two directions from the output h of the conditioner.
def forward_from(x: Tensor, h: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    moved = mask.moved(x)
    z, log_slope = univariate.forward(moved.flatten(1), theta(h, p), p[UNIVARIATE:])
    return mask.joined(x, z.view_as(moved)), log_slope.sum([1])


def inverse_from(z: Tensor, h: Tensor, p: List[Tensor]) -> Tuple[Tensor, Tensor]:
    moved = mask.moved(z)
    x, log_slope = univariate.inverse(moved.flatten(1), theta(h, p), p[UNIVARIATE:])
    return mask.joined(z, x.view_as(moved)), log_slope.sum([1])


# The output map: a linear layer on features, a 1x1 convolution on channels.
def theta(h: Tensor, p: List[Tensor]) -> Tensor:
    if h.dim() == 2:
        out = torch.linear(h, p[0], p[1])
    else:
        out = torch.conv2d(h, p[0].unsqueeze(2).unsqueeze(3), p[1])
    return out.unflatten(1, [PARAMETERS, -1]).flatten(2)
