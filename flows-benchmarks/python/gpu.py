"""Checks and times the kernels of a TarFlow on any device that PyTorch has; no JVM is needed.

    python gpu.py FOLDER [--device cuda] [--batch 64]

FOLDER is what `flows-benchmarks/kernels` writes. Compared are: the log-density in float32 and in bfloat16 with that in
float64 on the CPU; data that are sampled and their noise (the round trip); gradients of both. Timed are a training step's
gradients, log-densities and samples, in milliseconds (median of five), with the peak of the memory of a GPU in MB. The
weights are fresh ones with noise, since fresh layers are the identity.
"""

import argparse
import pathlib
import statistics
import time

import safetensors.torch
import torch


def load(folder, device):
    parameters = safetensors.torch.load_file(folder / "parameters.safetensors")
    generator = torch.Generator().manual_seed(0)
    weights = []
    for name in sorted(parameters):
        w = parameters[name].double()
        scale = (0.05 / w.size(1)) ** 0.5 if w.dim() == 2 else 0.05
        weights.append(w + scale * torch.randn(w.shape, generator=generator, dtype=w.dtype))
    return weights


def call(module, method, x, weights):
    return getattr(module, method)(x, *weights)


def median_ms(run, device):
    times = []
    for i in range(6):
        start = time.perf_counter()
        run()
        if device.type == "cuda":
            torch.cuda.synchronize()
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times[1:])


def gradients(module, x, weights):
    leaves = [w.detach().requires_grad_() for w in weights]
    torch.autograd.backward(-call(module, "log_prob", x, leaves).mean())
    return torch.cat([w.grad.flatten() for w in leaves])


def relative(a, b):
    return ((a.double().cpu() - b.double().cpu()).norm() / b.double().cpu().norm()).item()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--shape", type=int, nargs=3, default=[1, 28, 28], help="of an image")
    args = parser.parse_args()
    device = torch.device(args.device)
    torch.manual_seed(0)

    exact = load(args.folder, device)
    weights = [w.float().to(device) for w in exact]
    full = torch.jit.load(args.folder / "kernels.pt")
    half = torch.jit.load(args.folder / "kernels-bf16.pt")
    x = torch.rand(args.batch, *args.shape)
    few = x[:8]
    print(f"torch {torch.__version__}, {torch.cuda.get_device_name() if device.type == 'cuda' else 'CPU'}")

    expected = call(full, "log_prob", few.double(), exact)
    for name, module in [("float32", full), ("bfloat16", half)]:
        with torch.no_grad():
            got = call(module, "log_prob", few.to(device), weights)
        print(f"log-density {name}: relative error {relative(got, expected):.1e}")
        error = relative(gradients(module, few.to(device), weights), gradients(full, few.double(), exact))
        print(f"gradients   {name}: relative error {error:.1e}")
        with torch.no_grad():
            rows = torch.empty(8, 0, device=device)
            drawn, log_prob = call(module, "sample", rows, weights)
            again = call(module, "log_prob", drawn, weights)
        print(f"round trip  {name}: log-density of samples differs by {relative(again, log_prob):.1e}")

    x = x.to(device)
    rows = torch.empty(args.batch, 0, device=device)
    for name, module in [("float32", full), ("bfloat16", half)]:
        if device.type == "cuda":
            torch.cuda.reset_peak_memory_stats()
        figures = [median_ms(lambda: gradients(module, x, weights), device)]
        with torch.no_grad():
            figures.append(median_ms(lambda: call(module, "log_prob", x, weights), device))
            figures.append(median_ms(lambda: call(module, "sample", rows, weights), device))
        peak = torch.cuda.max_memory_allocated() / 2**20 if device.type == "cuda" else float("nan")
        print(f"{name}: gradients {figures[0]:.1f} ms, log-density {figures[1]:.1f} ms, samples {figures[2]:.1f} ms, peak {peak:.0f} MB")


if __name__ == "__main__":
    # As Java calls them.
    with torch.jit.optimized_execution(False):
        main()
