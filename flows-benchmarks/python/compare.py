"""Runs this library and its peers in turn on one core, and prints a table of medians and ratios in Markdown.

    python compare.py [--rounds 3] [--core 0] [--features 6 43] [--batch 1 512]

Rounds alternate between the libraries, so that a busy moment of the machine does not fall on one of them. The peers are
found by import; one that is missing, or fails, is left out and named.
"""

import argparse
import collections
import os
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TARGET = HERE.parent / "target"
PEERS = ["nflows", "normflows", "zuko", "flowjax"]
OURS = "djl-flows"


def command(library, arguments):
    if library != OURS:
        return [sys.executable, str(HERE / "peers.py"), library, *arguments]
    java = os.path.join(os.environ["JAVA_HOME"], "bin", "java") if "JAVA_HOME" in os.environ else "java"
    path = os.pathsep.join([str(TARGET / "classes"), str(TARGET / "lib" / "*")])
    quiet = ["-Dai.djl.offline=true", "-DOPT_OUT_TRACKING=true", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error"]
    return [java, "-XX:+UseSerialGC", *quiet, "-cp", path, "org.djlflows.benchmarks.Workloads", *arguments]


def run(library, core, arguments):
    environment = dict(os.environ, OMP_NUM_THREADS="1")
    pinned = ["taskset", "-c", str(core), *command(library, arguments)]
    return subprocess.run(pinned, env=environment, capture_output=True, text=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--core", type=int, default=0)
    parser.add_argument("--features", nargs="+", default=["6", "43"])
    parser.add_argument("--batch", nargs="+", default=["1", "512"])
    args = parser.parse_args()
    arguments = ["--features", *args.features, "--batch", *args.batch]

    times = collections.defaultdict(list)
    libraries, missing = [OURS, *PEERS], {}
    for number in range(args.rounds):
        for library in list(libraries):
            print(f"round {number + 1} of {args.rounds}: {library}", file=sys.stderr, flush=True)
            result = run(library, args.core, arguments)
            for line in result.stdout.splitlines():
                name, *case, millis = line.split(",")
                times[name, tuple(case)].append(float(millis))
            if result.returncode != 0:
                missing[library] = (result.stderr.strip().splitlines() or ["no output"])[-1]
                libraries.remove(library)

    medians = {key: statistics.median(values) for key, values in times.items()}
    cases = list(dict.fromkeys(case for _, case in medians))
    print("| flow | D | batch | operation | " + " | ".join([OURS, *PEERS]) + " | to the best PyTorch | to FlowJAX |")
    print("|---" * (4 + 1 + len(PEERS) + 2) + "|")
    for case in cases:
        cells = [medians.get((library, case)) for library in [OURS, *PEERS]]
        ours, torch, jax = cells[0], [cell for cell in cells[1:4] if cell is not None], cells[4]
        ratios = [min(torch) / ours if torch and ours else None, jax / ours if jax and ours else None]
        row = [f"{cell:.2f}" if cell is not None else "–" for cell in cells]
        row += [f"{ratio:.2f}×" if ratio is not None else "–" for ratio in ratios]
        print("| " + " | ".join([*case, *row]) + " |")
    for library, reason in missing.items():
        print(f"\n{library} is not in the table, or not whole: {reason}")


if __name__ == "__main__":
    main()
