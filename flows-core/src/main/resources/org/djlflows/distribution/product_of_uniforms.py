# The numbers of the first distribution come first.
def of_uniforms(u: Tensor, c: Optional[Tensor], p: List[Tensor]) -> Tensor:
    one = first.of_uniforms(u[:, :UNIFORMS], c, p.of(first))
    two = second.of_uniforms(u[:, UNIFORMS:], c, p.of(second))
    return torch.cat([one, two], 1).index_select(1, places(one, FIRST + SECOND).argsort())
