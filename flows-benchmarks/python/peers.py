"""Times the same flows in a Python library, on one thread; prints CSV: library,flow,features,batch,operation,ms.

    python peers.py LIBRARY [--features 6 43] [--batch 1 512] [--flows realnvp nsf]

Five couplings, conditioners with two hidden layers of 64 (nflows, and normflows' splines: one residual block of 64),
8 bins on [-3, 3]; BNAF with 10 units a feature in each hidden layer; TarFlow as for MNIST, of 784 features; residual flows with exact traces,
or estimated ones, without the power iterations that normflows takes apart from its steps; the maps of zuko's naf and unaf are networks of their
default sizes, ours sums of 16 sigmoids and a network of 32 and 32 units; ffjord to a relative error of 1e-5. A training step is forward, backward and
Adam. Each figure is the median of several rounds after warm-up; "memory" is what the process grows by in its first
training steps, "sample-memory" what it grew by before in its first samples, in MB.
"""

import argparse
import os
import statistics
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

LAYERS, HIDDEN, BINS, BOUND = 5, 64, 8, 3.0
UNITS = 10  # Of BNAF, for each feature.


def median_ms(call, seconds=1.0, rounds=5):
    call()
    start = time.perf_counter()
    calls = 0
    while time.perf_counter() - start < seconds / 2:
        call()
        calls += 1
    per_round = max(1, calls // rounds)
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(per_round):
            call()
        times.append((time.perf_counter() - start) / per_round * 1e3)
    return statistics.median(times)


def megabytes(field):
    """Reads a size of this process, as Linux reports it."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith(field))


def growth(call):
    with open("/proc/self/clear_refs", "w") as refs:
        refs.write("5")  # Forgets the peak of the start.
    before = megabytes("VmRSS")
    for _ in range(5):
        call()
    return megabytes("VmHWM") - before


def torch_operations(module, log_prob, sample, batch, features):
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(0)
    x = torch.randn(batch, features)
    optimizer = torch.optim.Adam(module.parameters(), lr=1e-3)

    def train():
        optimizer.zero_grad()
        (-log_prob(x).mean()).backward()
        optimizer.step()

    def without_gradients(call):
        def run():
            with torch.no_grad():
                call()

        return run

    return {
        "train": train,
        "logprob": without_gradients(lambda: log_prob(x)),
        **({"sample": without_gradients(lambda: sample(batch))} if sample else {}),
    }


def nflows_flow(flow, features):
    import types

    # nflows imports it for a transform that is not used here.
    umnn = types.ModuleType("UMNN")
    umnn.NeuralIntegral = umnn.ParallelNeuralIntegral = object
    sys.modules.setdefault("UMNN", umnn)
    import torch
    from nflows import distributions, flows, nn, transforms

    layers = []
    for i in range(LAYERS):
        mask = torch.tensor([1 if j % 2 == i % 2 else -1 for j in range(features)])

        if flow == "maf":
            layers.append(
                transforms.MaskedAffineAutoregressiveTransform(
                    features, HIDDEN, num_blocks=1, use_residual_blocks=False
                )
            )
        elif flow == "nsf-ar":
            layers.append(
                transforms.MaskedPiecewiseRationalQuadraticAutoregressiveTransform(
                    features,
                    HIDDEN,
                    num_bins=BINS,
                    tails="linear",
                    tail_bound=BOUND,
                    num_blocks=1,
                    use_residual_blocks=False,
                )
            )
        elif flow == "realnvp":
            layers.append(
                transforms.AffineCouplingTransform(
                    mask,
                    lambda n_in, n_out: nn.nets.ResidualNet(n_in, n_out, hidden_features=HIDDEN, num_blocks=1),
                )
            )
        else:
            layers.append(
                transforms.PiecewiseRationalQuadraticCouplingTransform(
                    mask,
                    lambda n_in, n_out: nn.nets.ResidualNet(n_in, n_out, hidden_features=HIDDEN, num_blocks=1),
                    num_bins=BINS,
                    tails="linear",
                    tail_bound=BOUND,
                )
            )
    model = flows.Flow(transforms.CompositeTransform(layers), distributions.StandardNormal([features]))
    return model, model.log_prob, model.sample


def zuko_flow(flow, features):
    import torch
    import zuko

    options = {"transforms": LAYERS, "hidden_features": (HIDDEN, HIDDEN)}
    model = {
        "realnvp": lambda: zuko.flows.RealNVP(features, **options),
        "nsf": lambda: zuko.flows.NSF(features, bins=BINS, passes=2, **options),
        "maf": lambda: zuko.flows.MAF(features, **options),
        "nsf-ar": lambda: zuko.flows.NSF(features, bins=BINS, **options),
        "bpf": lambda: zuko.flows.BPF(features, degree=16, **options),
        "sospf": lambda: zuko.flows.SOSPF(features, degree=4, polynomials=3, **options),
        "naf": lambda: zuko.flows.NAF(features, **options),
        "unaf": lambda: zuko.flows.UNAF(features, **options),
        "gf": lambda: zuko.flows.GF(features, transforms=LAYERS, components=BINS),
        "ffjord": lambda: zuko.flows.CNF(features, hidden_features=(HIDDEN, HIDDEN), activation=torch.nn.Tanh),
    }[flow]()
    return model, lambda x: model().log_prob(x), lambda n: model().sample((n,))


def normflows_flow(flow, features):
    import normflows as nf

    layers = []
    for _ in range(LAYERS):
        if flow == "realnvp":
            # It splits halves, so only even numbers of features.
            net = nf.nets.MLP([features // 2, HIDDEN, HIDDEN, features], init_zeros=True)
            layers += [nf.flows.AffineCouplingBlock(net), nf.flows.Permute(features, mode="swap")]
        elif flow == "maf":
            layers.append(nf.flows.MaskedAffineAutoregressive(features, HIDDEN, num_blocks=1))
        elif flow == "nsf-ar":
            layers.append(
                nf.flows.AutoregressiveRationalQuadraticSpline(
                    features, 1, HIDDEN, num_bins=BINS, tail_bound=BOUND
                )
            )
        elif flow.startswith("residual"):
            net = nf.nets.LipschitzMLP([features, HIDDEN, HIDDEN, features], init_zeros=True)
            layers.append(nf.flows.Residual(net, reduce_memory=flow == "residual-estimated", exact_trace=flow == "residual"))
        else:
            layers.append(
                nf.flows.CoupledRationalQuadraticSpline(features, 1, HIDDEN, num_bins=BINS, tail_bound=BOUND)
            )
    model = nf.NormalizingFlow(nf.distributions.DiagGaussian(features, trainable=False), layers)
    return model, model.log_prob, model.sample


def bnaf_flow(flow, features):
    """The code that the authors of BNAF published, which does not sample."""
    import bnaf
    import torch

    assert flow == "bnaf", flow
    layers = []
    for i in range(LAYERS):
        network = []
        for before, after in [(1, UNITS), (UNITS, UNITS), (UNITS, 1)]:
            network += [bnaf.MaskedWeight(features * before, features * after, dim=features), bnaf.Tanh()]
        layers.append(bnaf.BNAF(*network[:-1], res="gated" if i < LAYERS - 1 else None))
        if i < LAYERS - 1:
            layers.append(bnaf.Permutation(features, "flip"))
    model = bnaf.Sequential(*layers)
    base = torch.distributions.Normal(torch.zeros(features), torch.ones(features))

    def log_prob(x):
        z, log_det = model(x)
        return base.log_prob(z).sum(-1) + log_det

    return model, log_prob, None


def tarflow_flow(flow, features):
    """The code that the authors of TarFlow published, in its configuration for MNIST."""
    import torch
    import transformer_flow

    assert flow == "tarflow" and features == 784, (flow, features)
    model = transformer_flow.Model(1, 28, 4, 128, num_blocks=4, layers_per_block=4)

    def log_prob(x):
        z, _, log_det = model(x.view(-1, 1, 28, 28))
        return log_det - 0.5 * z.pow(2).mean([1, 2])

    return model, log_prob, lambda n: model.reverse(torch.randn(n, 49, 16))


def without_metadata():
    """Lets libraries be imported that lie on PYTHONPATH as sources and ask for their own version."""
    import importlib.metadata

    version = importlib.metadata.version

    def version_or_zero(name):
        try:
            return version(name)
        except importlib.metadata.PackageNotFoundError:
            return "0"

    importlib.metadata.version = version_or_zero


def flowjax_operations(flow, features, batch):
    without_metadata()
    import equinox as eqx
    import jax
    import jax.numpy as jnp
    import jax.random as jr
    import flowjax.utils
    import numpy as np
    import optax

    # On Python 3.11 a tracer of JAX 0.10 is no instance of the union that FlowJAX checks for.
    flowjax.utils.ArrayLike = (jax.Array, np.ndarray, np.generic, float, int)
    from flowjax.bijections import Affine, RationalQuadraticSpline
    from flowjax.distributions import StandardNormal
    from flowjax.flows import block_neural_autoregressive_flow, coupling_flow, masked_autoregressive_flow

    transformer = Affine() if flow in ("realnvp", "maf") else RationalQuadraticSpline(knots=BINS, interval=BOUND)
    base = StandardNormal((features,))
    if flow == "bnaf":
        dist = block_neural_autoregressive_flow(
            jr.key(0), base_dist=base, flow_layers=LAYERS, nn_block_dim=UNITS, nn_depth=2
        )
    else:
        make = coupling_flow if flow in ("realnvp", "nsf") else masked_autoregressive_flow
        dist = make(
            jr.key(0), base_dist=base, transformer=transformer, flow_layers=LAYERS, nn_width=HIDDEN, nn_depth=2
        )
    from flowjax.train.losses import MaximumLikelihoodLoss

    loss = MaximumLikelihoodLoss()
    params, static = eqx.partition(
        dist, eqx.is_inexact_array, is_leaf=lambda leaf: type(leaf).__name__ == "NonTrainable"
    )
    optimizer = optax.adam(1e-3)
    state = {"params": params, "opt": optimizer.init(params)}
    x = jr.normal(jr.key(1), (batch, features))

    @eqx.filter_jit
    def step(params, opt):
        value, grads = eqx.filter_value_and_grad(loss)(params, static, x, None, jr.key(0))
        updates, opt = optimizer.update(grads, opt, params)
        return eqx.apply_updates(params, updates), opt, value

    def train():
        state["params"], state["opt"], value = step(state["params"], state["opt"])
        jax.block_until_ready(value)

    log_prob = eqx.filter_jit(lambda d: d.log_prob(x))
    sample = eqx.filter_jit(lambda d, key: d.sample(key, (batch,)))
    return {
        "train": train,
        "logprob": lambda: jax.block_until_ready(log_prob(dist)),
        "sample": lambda: jax.block_until_ready(sample(dist, jr.key(2))),
    }


def operations(library, flow, features, batch):
    if library == "flowjax":
        return flowjax_operations(flow, features, batch)
    make = {"nflows": nflows_flow, "zuko": zuko_flow, "normflows": normflows_flow}.get(library)
    make = make or {"bnaf": bnaf_flow, "tarflow": tarflow_flow}[library]
    model, log_prob, sample = make(flow, features)
    return torch_operations(model, log_prob, sample, batch, features)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("library", choices=["nflows", "zuko", "normflows", "bnaf", "tarflow", "flowjax"])
    parser.add_argument("--flows", nargs="+", default=["realnvp", "nsf"])
    parser.add_argument("--features", nargs="+", type=int, default=[6, 43])
    parser.add_argument("--batch", nargs="+", type=int, default=[1, 512])
    args = parser.parse_args()
    for flow in args.flows:
        for features in args.features:
            for batch in args.batch:
                if args.library == "normflows" and flow == "realnvp" and features % 2:
                    continue
                calls = operations(args.library, flow, features, batch)
                case = f"{args.library},{flow},{features},{batch}"
                if "sample" in calls:
                    print(f"{case},sample-memory,{growth(calls['sample']):.4f}", flush=True)
                print(f"{case},memory,{growth(calls['train']):.4f}", flush=True)
                for name, call in calls.items():
                    print(f"{case},{name},{median_ms(call):.4f}", flush=True)


if __name__ == "__main__":
    main()
