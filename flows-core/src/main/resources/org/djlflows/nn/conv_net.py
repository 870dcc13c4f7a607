def forward(x: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    h = torch.conv2d(inputs.joined(x, c), p[0], p[1], padding=[1, 1]).relu()
    h = torch.conv2d(h, p[2], p[3]).relu()
    return torch.conv2d(h, p[4], p[5], padding=[1, 1])
