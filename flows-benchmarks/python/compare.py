"""Runs this library and its peers in turn on one core, and prints a table of medians and ratios in Markdown.

    python compare.py [--rounds 3] [--core 0] [--flows realnvp nsf] [--features 6 43] [--batch 1 512]

Each case is a process of its own for each library, and rounds alternate between the libraries, so that a busy moment of
the machine does not fall on one of them. The peers are found by import; one that is missing, or fails, is left out and
named. Times are in milliseconds; memory is what the process grows by in its first training steps, sample-memory what it grew by before in its first
samples, in MB.
"""

import argparse
import collections
import itertools
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TARGET = HERE.parent / "target"
PEERS = ["nflows", "normflows", "zuko", "bnaf", "tarflow", "flowjax"]
OFFICIAL = {"bnaf": ["bnaf", "flowjax"], "tarflow": ["tarflow"]}
OURS = "djl-flows"
# The same flows without PyTorch: densities and samples alone.
RUNTIME = "runtime"


def command(library, arguments):
    if library not in (OURS, RUNTIME):
        return [sys.executable, str(HERE / "peers.py"), library, *arguments]
    java = os.path.join(os.environ["JAVA_HOME"], "bin", "java") if "JAVA_HOME" in os.environ else "java"
    path = os.pathsep.join([str(TARGET / "classes"), str(TARGET / "lib" / "*")])
    quiet = ["-Dai.djl.offline=true", "-DOPT_OUT_TRACKING=true", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error"]
    if library == RUNTIME:
        quiet += ["--add-modules", "jdk.incubator.vector"]
    program = "Workloads" if library == OURS else "RuntimeWorkloads"
    return [java, "-XX:+UseSerialGC", *quiet, "-cp", path, f"org.djlflows.benchmarks.{program}", *arguments]


def run(library, core, arguments):
    environment = dict(os.environ, OMP_NUM_THREADS="1")
    pinned = ["taskset", "-c", str(core), *command(library, arguments)]
    return subprocess.run(pinned, env=environment, capture_output=True, text=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--core", type=int, default=0)
    parser.add_argument("--flows", nargs="+", default=["realnvp", "nsf"])
    parser.add_argument("--features", nargs="+", default=["6", "43"])
    parser.add_argument("--batch", nargs="+", default=["1", "512"])
    args = parser.parse_args()

    print("| flow | D | batch | operation | " + " | ".join([OURS, RUNTIME, *PEERS]) + " | to the best PyTorch | to FlowJAX | runtime to FlowJAX |")
    print("|---" * (4 + 2 + len(PEERS) + 3) + "|", flush=True)
    failures = []
    for case in itertools.product(args.flows, args.features, args.batch):
        figures = collections.defaultdict(list)
        for number in range(args.rounds):
            for library in [OURS, RUNTIME, *peers_with(case[0])]:
                print(f"{case}, round {number + 1} of {args.rounds}: {library}", file=sys.stderr, flush=True)
                result = run(library, args.core, ["--flows", case[0], "--features", case[1], "--batch", case[2]])
                for line in result.stdout.splitlines():
                    fields = line.split(",")
                    figures[library, fields[4]].append(float(fields[5]))
                if result.returncode != 0 and number == 0:
                    reason = (result.stderr.strip().splitlines() or ["no output"])[-1]
                    failures.append(f"{library} is not in the table at {case}, or not whole: {reason}")
        for operation in ["train", "logprob", "sample", "memory", "sample-memory"]:
            print_row(case, operation, figures)
    print("\n".join(["", *failures]))


def peers_with(flow):
    return OFFICIAL.get(flow, [peer for peer in PEERS if peer not in OFFICIAL])


def print_row(case, operation, figures):
    cells = [figures.get((library, operation)) for library in [OURS, RUNTIME, *PEERS]]
    cells = [statistics.median(cell) if cell else None for cell in cells]
    ours, runtime, jax = cells[0], cells[1], cells[-1]
    torch = [cell for cell in cells[2:-1] if cell is not None]
    ratios = [
        min(torch) / ours if torch and ours else None,
        jax / ours if jax and ours else None,
        jax / runtime if jax and runtime else None,
    ]
    row = [f"{cell:.4f}" if cell is not None and cell < 0.1 else f"{cell:.2f}" if cell is not None else "–" for cell in cells]
    row += [f"{ratio:.2f}×" if ratio is not None else "–" for ratio in ratios]
    print("| " + " | ".join([*case, operation, *row]) + " |", flush=True)


if __name__ == "__main__":
    main()
