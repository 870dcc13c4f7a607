# Points of Sobol's sequence in (0, 1)^d, with as many rows as `rows` and the entries of `columns`, from
# a place in the sequence on: of the direction numbers of Joe and Kuo those are added, bit by bit modulo
# 2, that the Gray code of the place picks. Scrambled by random triangular matrices of bits and a shift
# of bits (Matousek), which keeps the elementary intervals filled. In the middle of a cell of 2^-30, since
# 0 is no probability.
def points(
    rows: Tensor, columns: Tensor, place: Tensor, c: Optional[Tensor], p: List[Tensor]
) -> Tensor:
    d = columns.size(0)
    v = torch.zeros([d, BITS], dtype=4)
    torch._sobol_engine_initialize_state_(v, d)
    v = scrambled(v)
    i = torch.arange(rows.size(0)) + place
    gray = (i ^ (i >> 1)).unsqueeze(1)
    x = torch.randint(1 << BITS, [1, d]).expand([rows.size(0), d])
    for b in range(BITS):
        x = x ^ (v[:, b] * ((gray >> b) & 1))
    return (x.double() + 0.5) * 0.5**BITS


# v is (d, numbers); the first bit is the one that counts most.
def scrambled(v: Tensor) -> Tensor:
    place = torch.arange(BITS - 1, -1, -1).view(1, BITS, 1)
    bits = (v.unsqueeze(1) >> place) & 1
    below = torch.randint(2, [v.size(0), BITS, BITS], dtype=7).tril(-1)
    matrix = below + torch.eye(BITS, dtype=7)
    mixed = torch.bmm(matrix, bits.double()).remainder(2).long()
    return (mixed << place).sum([1])
