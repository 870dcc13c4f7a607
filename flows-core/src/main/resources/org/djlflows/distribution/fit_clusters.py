# Lloyd's k-means from the centres of k-means++: each row is drawn as a centre with the square of its
# distance to those drawn before. A cluster has one row more, of the deviations of all.
def fit_log_prob(x: Tensor, p: List[Tensor]) -> Tensor:
    rows = x.flatten(1)
    rows = rows[:: (rows.size(0) - 1) // ROWS + 1].double()
    finite = torch.isfinite(x).all()
    if bool(finite):
        means = rows[torch.randint(rows.size(0), [1], device=x.device)]
        for k in range(COMPONENTS - 1):
            nearest = torch.cdist(rows, means).amin([1]).square()
            drawn = torch.multinomial(nearest + 1e-12, 1)
            means = torch.cat([means, rows[drawn]], 0)
        cluster = torch.cdist(rows, means).argmin(1)
        for i in range(STEPS):
            means = (sums(rows, cluster) + means) / counts(rows, cluster)
            cluster = torch.cdist(rows, means).argmin(1)
        count = counts(rows, cluster)
        square = sums((rows - means.index_select(0, cluster)).square(), cluster)
        p.logits.copy_(count.squeeze(1).log())
        p.means.copy_(means)
        p.log_deviations.copy_(0.5 * ((square + rows.var(0, False)) / count).clamp_min(1e-12).log())
    return finite.to(p.fitted.dtype)


def sums(rows: Tensor, cluster: Tensor) -> Tensor:
    return rows.new_zeros([COMPONENTS, rows.size(1)]).index_add(0, cluster, rows)


def counts(rows: Tensor, cluster: Tensor) -> Tensor:
    return 1 + sums(torch.ones_like(rows[:, :1]), cluster)
