"""Makes the files of whole flows: python make_flows.py FOLDER.

With PyTorch, nflows 0.14, zuko 1.6.0, normflows 1.7.3 and the code of BNAF on the path. Each file holds the state_dict of
a flow as its constructor makes it, with noise on the weights, inputs x in float32, and what the library makes of them in
float64: z, logdet and log_prob.
"""

import sys

import torch
from safetensors.torch import save_file

import bnaf
import normflows
import zuko
from nflows import flows, transforms
from nflows.distributions import StandardNormal
from nflows.nn.nets import ResidualNet
from nflows.utils import create_alternating_binary_mask, create_mid_split_binary_mask

folder = sys.argv[1]


def perturb(flow):
    with torch.no_grad():
        for parameter in flow.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    state = {name: tensor.clone() for name, tensor in flow.state_dict().items()}
    return state, flow.double()


def write(name, state, **arrays):
    arrays = {key: array.detach().contiguous() for key, array in arrays.items()}
    tensors = {"state." + key: tensor.contiguous() for key, tensor in state.items()}
    save_file({**tensors, **arrays}, f"{folder}/{name}.safetensors")


def nflows_file(name, features, flow, context=None):
    torch.manual_seed(len(name))
    state, flow = perturb(flow)
    flow.eval()
    x = torch.randn(16, features)
    c = None if context is None else torch.randn(16, context)
    wide = None if c is None else c.double()
    z, logdet = flow._transform(x.double(), wide)
    arrays = {} if c is None else {"context": c}
    write(name, state, x=x, z=z, logdet=logdet, log_prob=flow.log_prob(x.double(), wide), **arrays)


def splines(features, even, context):
    return transforms.PiecewiseRationalQuadraticCouplingTransform(
        mask=create_alternating_binary_mask(features, even=even),
        transform_net_create_fn=lambda i, o: ResidualNet(
            i, o, hidden_features=10, context_features=context, num_blocks=2, activation=torch.tanh
        ),
        num_bins=4,
        tails="linear",
        tail_bound=3.0,
    )


def flow(*layers, features=5):
    return flows.Flow(transforms.CompositeTransform(layers), StandardNormal([features]))


torch.manual_seed(1)
nflows_file("flow-realnvp-nflows", 5, flows.SimpleRealNVP(5, 10, 4, 2))
nflows_file(
    "flow-maf-nflows",
    5,
    flows.MaskedAutoregressiveFlow(5, 10, num_layers=3, num_blocks_per_layer=1, use_random_permutations=True),
)
linear = [transforms.CompositeTransform([transforms.RandomPermutation(5), transforms.LULinear(5)]) for _ in range(4)]
couplings = [splines(5, i % 2 == 0, 2) for i in range(3)]
layers = [layer for pair in zip(linear, couplings) for layer in pair] + linear[3:]
nflows_file("flow-nsf-nflows", 5, flow(*layers), context=2)
halves = [
    transforms.AffineCouplingTransform(
        mask=create_mid_split_binary_mask(4) if i % 2 == 0 else 1 - create_mid_split_binary_mask(4),
        transform_net_create_fn=lambda i, o: ResidualNet(i, o, hidden_features=8, num_blocks=1),
    )
    for i in range(3)
]
nflows_file(
    "flow-halves-nflows",
    4,
    flow(halves[0], transforms.LULinear(4), halves[1], transforms.LULinear(4), halves[2], features=4),
)
nflows_file(
    "flow-nsf-autoregressive-nflows",
    4,
    flow(
        *[
            layer
            for _ in range(2)
            for layer in (
                transforms.MaskedPiecewiseRationalQuadraticAutoregressiveTransform(
                    4, 12, num_bins=4, tails="linear", tail_bound=3.0, use_residual_blocks=False, num_blocks=1
                ),
                transforms.ReversePermutation(4),
            )
        ],
        features=4,
    ),
)


def zuko_file(name, features, flow, context=None, far=1):
    torch.manual_seed(len(name))
    state, flow = perturb(flow)
    x = torch.randn(16, features)
    x[::2] *= far
    c = None if context is None else torch.randn(16, context)
    given = flow(None if c is None else c.double())
    z, logdet = given.transform.call_and_ladj(x.double())
    arrays = {} if c is None else {"context": c}
    write(name, state, x=x, z=z, logdet=logdet, log_prob=given.log_prob(x.double()), **arrays)


zuko_file("flow-maf-zuko", 5, zuko.flows.MAF(5, 2, transforms=3, randperm=True, hidden_features=(12, 20)), context=2)
zuko_file("flow-nsf-zuko", 6, zuko.flows.NSF(6, transforms=3, bins=4, passes=2, hidden_features=(12, 10)))


def normflows_file(name, layer):
    torch.manual_seed(len(name))
    base = normflows.distributions.DiagGaussian(3, trainable=False)
    state, flow = perturb(normflows.NormalizingFlow(base, [layer() for _ in range(4)]))
    z = torch.randn(16, 3)
    x, logdet = z.double(), torch.zeros(16, dtype=torch.float64)
    for step in flow.flows:
        x, more = step(x)
        logdet = logdet + more
    write(name, state, z=z, x=x, logdet=logdet, log_prob=base.log_prob(z.double()) - logdet)


normflows_file("flow-planar-normflows", lambda: normflows.flows.Planar((3,)))
normflows_file("flow-radial-normflows", lambda: normflows.flows.Radial((3,)))


def residual_file(name, widths, lipschitz, normed):
    """Norms are left as few power iterations have them. Log-determinants are those of whole Jacobians."""
    torch.manual_seed(len(name))
    steps = []
    for _ in range(3):
        net = normflows.nets.LipschitzMLP(widths, lipschitz_const=lipschitz)
        steps.append(normflows.flows.Residual(net))
        if normed:
            steps.append(normflows.flows.ActNorm(widths[0]))
            steps[-1].data_dep_init_done.fill_(1)
    base = normflows.distributions.DiagGaussian(widths[0], trainable=False)
    flow = normflows.NormalizingFlow(base, steps)
    with torch.no_grad():
        for parameter in flow.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
    normflows.utils.update_lipschitz(flow, 20)
    state = {key: tensor.clone() for key, tensor in flow.state_dict().items()}
    flow.double().eval()
    x = torch.randn(16, widths[0])

    def noise(row):
        for step in reversed(flow.flows):
            row = row + step.iresblock.nnet(row) if hasattr(step, "iresblock") else step.inverse(row)[0]
        return row

    z = torch.cat([noise(row[None]) for row in x.double()])
    slopes = [torch.autograd.functional.jacobian(lambda r: noise(r[None])[0], row) for row in x.double()]
    logdet = -torch.linalg.slogdet(torch.stack(slopes))[1]
    log_prob = base.log_prob(z) - logdet
    if widths[0] == 2:  # Of more features normflows has only estimates.
        assert torch.allclose(log_prob, flow.log_prob(x.double()), rtol=0, atol=1e-12)
    write(name, state, z=z, x=x, logdet=logdet, log_prob=log_prob)


residual_file("flow-residual-normflows", [2, 8, 6, 2], 0.9, True)
residual_file("flow-residual-alone-normflows", [3, 7, 3], 0.97, False)

# A linear map after each coupling, the last one too, and none of permutations.
couplings = [splines(5, i % 2 == 0, None) for i in range(2)]
layers = [layer for coupling in couplings for layer in (coupling, transforms.LULinear(5))]
nflows_file("flow-nsf-after-nflows", 5, flow(*layers))

# The other splines; with and without context, of features that are scattered.
for kind in ["Linear", "Quadratic", "Cubic"]:
    layers = [
        getattr(transforms, f"Piecewise{kind}CouplingTransform")(
            mask=create_alternating_binary_mask(5, even=i % 2 == 0),
            transform_net_create_fn=lambda i, o: ResidualNet(
                i, o, hidden_features=10, context_features=2 if kind == "Cubic" else None, num_blocks=1
            ),
            num_bins=4,
            tails="linear",
            tail_bound=3.0,
        )
        for i in range(2)
    ]
    nflows_file(f"flow-{kind.lower()}-nflows", 5, flow(*layers), context=2 if kind == "Cubic" else None)
torch.manual_seed(2)
polynomials = {
    "univariate": zuko.flows.polynomial.ShiftedSOSPTransform,
    "shapes": [(2, 4), ()],
}
zuko_file(
    "flow-squares-zuko",
    3,
    zuko.flows.MAF(3, 2, transforms=2, hidden_features=(8, 6), **polynomials),
    context=2,
)
zuko_file("flow-squares-alone-zuko", 3, zuko.flows.SOSPF(3, degree=2, transforms=1, hidden_features=(8, 6)))
zuko_file("flow-bernstein-zuko", 3, zuko.flows.BPF(3, degree=5, transforms=3, hidden_features=(8, 6)))
torch.manual_seed(4)
zuko_file("flow-ncsf-zuko", 3, zuko.flows.NCSF(3, 2, transforms=3, bins=4, hidden_features=(8, 6)), context=2)
zuko_file("flow-ncsf-permuted-zuko", 4, zuko.flows.NCSF(4, transforms=2, bins=3, randperm=True, hidden_features=(8,)))
zuko_file(
    "flow-squares-clipped-zuko",
    3,
    zuko.flows.SOSPF(3, 2, polynomials=2, transforms=3, hidden_features=(8, 6)),
    context=2,
)
zuko_file(
    "flow-squares-permuted-zuko",
    4,
    zuko.flows.SOSPF(4, degree=2, transforms=2, randperm=True, hidden_features=(8,)),
)

def exact(f, x, steps=500):
    """Solves dx/dt = f from 0 to 1 by the classical method of Runge and Kutta, with the integral of the trace."""

    def slope(t, x):
        jacobian = torch.func.vmap(torch.func.jacrev(lambda row: f(t, row[None])[0]))(x)
        return f(t, x), jacobian.diagonal(dim1=1, dim2=2).sum(1)

    h, logdet = 1 / steps, torch.zeros(len(x)).double()
    for i in range(steps):
        t = torch.tensor(i * h, dtype=x.dtype)
        k1, t1 = slope(t, x)
        k2, t2 = slope(t + h / 2, x + h / 2 * k1)
        k3, t3 = slope(t + h / 2, x + h / 2 * k2)
        k4, t4 = slope(t + h, x + h * k3)
        x = x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        logdet = logdet + h / 6 * (t1 + 2 * t2 + 2 * t3 + t4)
    return x, logdet


# The network of zuko, whose solver is less exact; its own non-linearity, ELU, has kinks.
torch.manual_seed(3)
state, cnf = perturb(zuko.flows.CNF(3, freqs=2, hidden_features=(8, 6), activation=torch.nn.Tanh))
# Its frequencies are rounded to float32.
cnf.transform.freqs = torch.pi * torch.arange(1, 3).double()
x = torch.randn(16, 3)
with torch.no_grad():
    z, logdet = exact(cnf.transform.f, x.double())
write("flow-cnf-zuko", state, x=x, z=z, logdet=logdet, log_prob=cnf.base().log_prob(z) + logdet)
torch.manual_seed(3)
zuko_file("flow-gaussianization-zuko", 3, zuko.flows.GF(3, transforms=3, components=4))

# Networks of features; the second one far out too, where zuko finds no inverse.
torch.manual_seed(5)
zuko_file(
    "flow-naf-zuko",
    3,
    zuko.flows.NAF(3, 2, transforms=2, signal=4, network={"hidden_features": (7, 5)}, hidden_features=(9, 8)),
    context=2,
)
zuko_file(
    "flow-naf-permuted-zuko",
    4,
    zuko.flows.NAF(
        4, transforms=3, randperm=True, signal=3, network={"hidden_features": (6,), "bias": False}, hidden_features=(8,)
    ),
    far=50,
)
zuko_file(
    "flow-unaf-zuko",
    3,
    zuko.flows.UNAF(3, 2, transforms=2, signal=4, network={"hidden_features": (7, 5)}, hidden_features=(9, 8)),
    context=2,
)
zuko_file(
    "flow-unaf-permuted-zuko",
    4,
    zuko.flows.UNAF(
        4,
        transforms=3,
        randperm=True,
        passes=2,
        signal=3,
        network={"hidden_features": (6,), "activation": torch.nn.Tanh},
        hidden_features=(8,),
    ),
    far=50,
)

zuko_file(
    "flow-gaussianization-conditional-zuko",
    3,
    zuko.flows.GF(3, 2, transforms=3, components=4, hidden_features=(7, 6)),
    context=2,
)
zuko_file(
    "flow-gaussianization-alone-zuko",
    2,
    zuko.flows.GF(2, 1, transforms=1, components=3, hidden_features=(5,), activation=torch.nn.ELU),
    context=1,
)

# Other linear maps than a permutation and an LULinear, around couplings and splines that are autoregressive.
torch.manual_seed(6)
couplings = [splines(5, i % 2 == 0, None) for i in range(3)]
between = [
    transforms.SVDLinear(5, num_householder=4),
    transforms.CompositeTransform([transforms.QRLinear(5, num_householder=3), transforms.ReversePermutation(5)]),
    transforms.CompositeTransform([transforms.ActNorm(5), transforms.NaiveLinear(5), transforms.LULinear(5)]),
]
nflows_file("flow-svd-nflows", 5, flow(*[layer for pair in zip(between, couplings) for layer in pair]))
nflows_file(
    "flow-quadratic-autoregressive-nflows",
    4,
    flow(
        transforms.MaskedPiecewiseQuadraticAutoregressiveTransform(
            4, 12, num_bins=4, tails="linear", tail_bound=3.0, num_blocks=1
        ),
        transforms.SVDLinear(4, num_householder=2),
        transforms.HouseholderSequence(4, 3),
        transforms.MaskedPiecewiseQuadraticAutoregressiveTransform(
            4, 12, num_bins=4, tails="linear", tail_bound=3.0, num_blocks=1
        ),
        features=4,
    ),
)


def spline_file(name, steps, features, context=None):
    torch.manual_seed(len(name))
    base = normflows.distributions.DiagGaussian(features, trainable=False)
    state, flow = perturb(normflows.ConditionalNormalizingFlow(base, steps))
    x = torch.randn(16, features)
    c = None if context is None else torch.randn(16, context)
    z, logdet = x.double(), torch.zeros(16, dtype=torch.float64)
    for step in reversed(flow.flows):
        z, more = step.inverse(z, context=None if c is None else c.double())
        logdet = logdet - more
    arrays = {} if c is None else {"context": c}
    write(name, state, z=z, x=x, logdet=logdet, log_prob=base.log_prob(z) - logdet, **arrays)


torch.manual_seed(7)
coupled = [
    normflows.flows.CoupledRationalQuadraticSpline(5, 2, 10, num_bins=4, reverse_mask=i % 2 == 1) for i in range(3)
]
permuted = [normflows.flows.LULinearPermute(5) for _ in range(3)]
spline_file("flow-nsf-normflows", [step for pair in zip(coupled, permuted) for step in pair], 5)
coupled = [
    normflows.flows.CoupledRationalQuadraticSpline(
        4, 1, 8, num_context_channels=2, num_bins=5, tail_bound=4.0, activation=torch.nn.Tanh, reverse_mask=i % 2 == 0
    )
    for i in range(2)
]
spline_file("flow-nsf-alone-normflows", coupled, 4, context=2)
# Of nflows, with an unconditional transform and without a permutation.
unconditional = [
    transforms.PiecewiseRationalQuadraticCouplingTransform(
        mask=create_alternating_binary_mask(5, even=i % 2 == 0),
        transform_net_create_fn=lambda i, o: ResidualNet(i, o, hidden_features=10, num_blocks=1),
        num_bins=4,
        tails="linear",
        tail_bound=3.0,
        apply_unconditional_transform=True,
    )
    for i in range(2)
]
nflows_file("flow-nsf-unconditional-nflows", 5, flow(unconditional[0], transforms.LULinear(5), unconditional[1]))
