"""Checks exported flows against the numbers of the flows in Java; needs PyTorch alone.

    python exported.py FOLDER [--device cuda]

FOLDER is what `flows-benchmarks/exports` writes. Each module computes log-density, noise and data back from Java's noise,
in float32 and, after `.double()`, in float64. Differences of densities and log-determinants are in nats, divided by the
largest absolute value where that is above 1 (an image has thousands of dimensions); those of noise and data are divided
by the largest absolute value of their column, or of all images. "rounding" is the difference between float32 and float64
in Java, in the same measure; differences in float32 may be 1e-6, or twice the rounding where that is more. The mean
log-density of samples is compared in standard errors of the difference. Directional derivatives by autograd, with respect to all parameters, are
compared with central differences in float64. Exits with 1 if anything is out of bounds.
"""

import argparse
import json
import pathlib
import struct
import sys

import torch

TYPES = {"F32": torch.float32, "F64": torch.float64}


def read_safetensors(path):
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    arrays = {}
    for name, entry in json.loads(data[8 : 8 + length]).items():
        if name != "__metadata__":
            begin, end = (8 + length + offset for offset in entry["data_offsets"])
            values = torch.frombuffer(bytearray(data[begin:end]), dtype=TYPES[entry["dtype"]])
            arrays[name] = values.reshape(entry["shape"])
    return arrays


def under(arrays, prefix):
    return {name[len(prefix) :]: array for name, array in arrays.items() if name.startswith(prefix)}


def scaled(expected, got):
    """The largest difference beside the size of what is compared."""
    expected, got = expected.double(), got.double().cpu()
    difference = (expected - got).abs()
    if expected.dim() == 2:
        size = expected.abs().amax(0)
    elif expected.dim() == 1:
        size = expected.abs().amax().clamp(min=1.0)
    else:
        size = expected.abs().amax()
    return (difference / size).amax().item()


def differences(expected, got):
    """Of log_prob, of forward and of inverse."""
    forward = max(scaled(expected[name], got[name]) for name in ("z", "log_det"))
    inverse = max(scaled(expected[name], got[name]) for name in ("x_back", "log_det_back"))
    return scaled(expected["log_prob"], got["log_prob"]), forward, inverse


def context(numbers, device):
    return [numbers["c"].to(device)] if "c" in numbers else []


def compute(module, numbers, device):
    x, z = numbers["x"].to(device), numbers["z"].to(device)
    c = context(numbers, device)
    with torch.no_grad():
        got = {}
        got["z"], got["log_det"] = module(x, *c)
        got["x_back"], got["log_det_back"] = module.inverse(z, *c)
        for _ in range(3):  # PyTorch rewrites a function after its first calls.
            got["log_prob"] = module.log_prob(x, *c)
    return got


def sampled(module, numbers, n, device):
    """The log-densities of samples."""
    torch.manual_seed(5)
    with torch.no_grad():
        if "c" in numbers:
            c = numbers["c"].to(device)
            c = c.repeat_interleave(n // len(c), 0)
            return module.log_prob(module.sample(c), c)
        return module.log_prob(module.sample(n))


def norm(tensors):
    return torch.cat([tensor.flatten() for tensor in tensors]).norm()


def check_gradients(module, numbers, device):
    """The relative difference of a directional derivative by autograd and by central differences."""
    x = numbers["x"].to(device), *context(numbers, device)
    parameters = list(module.parameters())
    gradients = torch.autograd.grad(module.log_prob(*x).mean(), parameters)
    # Partly along the gradient, since elsewhere the derivative may be all rounding.
    generator = torch.Generator().manual_seed(1)
    noise = [torch.randn(g.shape, generator=generator, dtype=g.dtype).to(device) for g in gradients]
    directions = [g / norm(gradients) + n / norm(noise) for g, n in zip(gradients, noise)]
    derivative = sum((g * d).sum() for g, d in zip(gradients, directions)).item()
    step = 1e-6
    values = []
    with torch.no_grad():
        for sign in (step, -2 * step):
            for w, d in zip(parameters, directions):
                w.add_(d, alpha=sign)
            values.append(module.log_prob(*x).mean().item())
        for w, d in zip(parameters, directions):
            w.add_(d, alpha=step)
    return abs(derivative - (values[0] - values[1]) / (2 * step)) / abs(derivative)


def check(path, device):
    arrays = read_safetensors(path.with_suffix(".safetensors"))
    module = torch.jit.load(path, map_location=device)
    config = json.loads(module.config)
    assert path.stem.startswith(config["preset"])
    state = {name: value.clone() for name, value in module.state_dict().items()}
    trained = dict(module.named_parameters())
    assert set(state) == set(trained) | set(dict(module.named_buffers()))
    assert all(value.dtype == torch.float32 for value in state.values())

    float32 = under(arrays, "float32.")
    float64 = under(arrays, "float64.")
    row = {"rounding": max(differences(float64, float32))}
    row["float32"] = differences(float32, compute(module, float32, device))

    expected = arrays["sampled.log_prob"].double()
    got = sampled(module, float32, len(expected), device).double().cpu()
    assert got.isfinite().all()
    error = ((expected.var() + got.var()) / len(expected)).sqrt()
    row["samples"] = ((expected.mean() - got.mean()) / error).item()

    module.double()
    assert all(value.dtype == torch.float64 for value in module.state_dict().values())
    row["float64"] = differences(float64, compute(module, float64, device))
    row["gradient"] = check_gradients(module, float64, device)

    # Other weights give other densities, and the first ones what they gave.
    x = float64["x"].to(device), *context(float64, device)
    module.load_state_dict(state)
    before = module.log_prob(*x)
    module.load_state_dict({name: value + 0.01 for name, value in state.items()})
    assert (before - module.log_prob(*x)).abs().amin() > 1e-6
    module.load_state_dict(state)
    assert torch.equal(before, module.log_prob(*x))
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--device", default="cpu")
    args = parser.parse_args()
    print(f"torch {torch.__version__}, {args.device}")
    print("| flow | rounding | float32 log_prob | forward | inverse | float64 log_prob | forward | inverse "
          "| samples | gradient |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    bad = []
    for path in sorted(args.folder.glob("*.pt")):
        row = check(path, torch.device(args.device))
        cells = [row["rounding"], *row["float32"], *row["float64"]]
        bounds = {"float32": max(1e-6, 2 * row["rounding"]), "float64": 1e-11}
        print(f"| {path.stem} | " + " | ".join(f"{cell:.1e}" for cell in cells)
              + f" | {row['samples']:+.1f} | {row['gradient']:.0e} |", flush=True)
        for name, bound in bounds.items():
            if max(row[name]) > bound:
                bad.append(f"{path.stem}: {name} {max(row[name]):.1e} > {bound:.0e}")
        if abs(row["samples"]) > 4 or row["gradient"] > 1e-6:
            bad.append(f"{path.stem}: {row}")
    print("\n".join(bad) or "all within bounds")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
