"""Compares detectors of anomalies on labelled tables, by AUROC in per cent.

    python compare.py TABLES --out RESULTS [--tables wine glass] [--detectors flows kNN] [--splits semi-supervised]

Tables are CSV files, also gzipped, whose last column `anomaly` is 1 or 0; detectors never see it. Writes
RESULTS/auroc.csv, a line for each table, split and detector, and RESULTS/auroc.md with means and ranks. What
auroc.csv has is not run again, so the same command goes on after an interruption; delete lines, or the file, to
run them anew.
"""

import argparse
import csv
import gzip
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from scipy.stats import rankdata
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import LocalOutlierFactor, NearestNeighbors
from sklearn.preprocessing import StandardScaler
from sklearn.svm import OneClassSVM

ROOT = Path(__file__).resolve().parents[2]
SPLITS = ["semi-supervised", "unsupervised"]
SEEDS = range(3)
FIELDS = ["table", "split", "detector", "training_rows", "scored_rows", "columns", "auroc", "seconds"]


class Split:
    """Rows to train on and rows to score, as cells of the file and as standardised numbers."""

    def __init__(self, path, name):
        with (gzip.open if path.suffix == ".gz" else open)(path, "rt", newline="") as file:
            header, *rows = csv.reader(file)
        labels = np.array([float(row[-1]) for row in rows])
        if header[-1] != "anomaly" or set(labels) != {0, 1}:
            raise ValueError(f"{path}: expected a last column anomaly of 0 and 1, got {header[-1]}")
        labels = labels == 1
        cells = np.array([row[:-1] for row in rows])
        trained = np.ones(len(rows), bool)
        self.same_rows = name == "unsupervised"
        if not self.same_rows:
            normal = np.flatnonzero(~labels)
            trained[:] = False
            trained[normal[::2]] = True
        scored = trained if self.same_rows else ~trained
        varies = [len(set(column)) > 1 for column in cells[trained].astype(float).T]
        self.columns = [column for column, kept in zip(header, varies) if kept]
        self.training_cells = cells[trained][:, varies]
        self.scored_cells = cells[scored][:, varies]
        self.labels = labels[scored]
        scaler = StandardScaler().fit(self.training_cells.astype(float))
        self.training = scaler.transform(self.training_cells.astype(float))
        self.scored = scaler.transform(self.scored_cells.astype(float))

    def auroc(self, scores):
        """Ranks stand for the scores, which may be infinite."""
        if len(scores) != len(self.labels) or np.isnan(scores).any():
            none = np.isnan(scores).sum()
            raise ValueError(f"expected {len(self.labels)} scores, got {len(scores)}, {none} of them none")
        return 100 * roc_auc_score(self.labels, rankdata(scores))


def run(*command):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, errors="replace")
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1])
    return done.stdout


def write(path, header, rows):
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerows(([header] if header else []) + list(rows))


def flows(split):
    with tempfile.TemporaryDirectory() as folder:
        names = ("training.csv", "scored.csv", "model", "scores.csv")
        training, scored, model, scores = (Path(folder) / name for name in names)
        write(training, split.columns, split.training_cells)
        write(scored, split.columns, split.scored_cells)
        run(ROOT / "flows", "train", training, "--out", model)
        run(ROOT / "flows", "score", model, scored, "--out", scores)
        with open(scores, newline="") as file:
            yield [float(row["anomaly_score"] or "nan") for row in csv.DictReader(file)]


def neighbours(split):
    """The distance to the fifth; a row of the training is none of its own."""
    found = NearestNeighbors(n_neighbors=5).fit(split.training)
    distances, _ = found.kneighbors(None if split.same_rows else split.scored)
    yield distances[:, -1]


def local_outlier_factor(split):
    """With novelty=True rows of the training are not to be scored, says scikit-learn."""
    found = LocalOutlierFactor(novelty=not split.same_rows).fit(split.training)
    yield -(found.negative_outlier_factor_ if split.same_rows else found.score_samples(split.scored))


def one_class_svm(split):
    yield -OneClassSVM().fit(split.training).score_samples(split.scored)


def isolation_forest(split):
    for seed in SEEDS:
        yield -IsolationForest(random_state=seed).fit(split.training).score_samples(split.scored)


def random_cut_forest(split):
    """Amazon's, in Java."""
    classpath = f"{ROOT}/flows-benchmarks/target/classes{os.pathsep}{ROOT}/flows-benchmarks/target/lib/*"
    with tempfile.TemporaryDirectory() as folder:
        training, scored = Path(folder) / "training.csv", Path(folder) / "scored.csv"
        write(training, None, split.training)
        write(scored, None, split.scored)
        for seed in SEEDS:
            program = ["java", "-cp", classpath, "org.djlflows.benchmarks.CutForest"]
            yield [float(line) for line in run(*program, training, scored, "--seed", seed).split()]


# Each yields the scores of the rows, the greater the odder, once for each seed.
DETECTORS = {
    "flows": flows,
    "kNN": neighbours,
    "LOF": local_outlier_factor,
    "OCSVM": one_class_svm,
    "IsolationForest": isolation_forest,
    "RandomCutForest": random_cut_forest,
}


def read(path):
    if not path.exists():
        return {}
    with open(path, newline="") as file:
        return {(row["table"], row["split"], row["detector"]): row for row in csv.DictReader(file)}


def replace(path, text):
    """So that an interruption leaves the old file or the new one."""
    new = path.with_suffix(path.suffix + ".new")
    new.write_text(text)
    new.replace(path)


def save(path, results):
    rows = [FIELDS] + [[row[field] for field in FIELDS] for row in results.values()]
    replace(path, "".join(",".join(map(str, row)) + "\n" for row in rows))


def markdown(split, tables, detectors, results):
    """A line for each table; means and ranks over the tables that all detectors have."""
    detectors = [d for d in detectors if any((t, split, d) in results for t in tables)]
    if not detectors:
        return ""
    lines = [f"## {split}", "", f"| table | rows × columns in training | {' | '.join(detectors)} |"]
    lines.append("|---" * (len(detectors) + 2) + "|")
    whole = []
    for table in tables:
        own = [results.get((table, split, detector)) for detector in detectors]
        known = [row for row in own if row]
        if not known:
            continue
        size = f"{known[0]['training_rows']} × {known[0]['columns']}"
        aurocs = [float(row["auroc"]) if row else None for row in own]
        lines.append(f"| {table} | {size} | {' | '.join('–' if a is None else f'{a:.2f}' for a in aurocs)} |")
        if all(own):
            whole.append(aurocs)
    if whole:
        # The rank of the best is 1.
        ranks = rankdata(-np.array(whole), axis=1).mean(axis=0)
        lines.append(f"| mean of {len(whole)} | | {' | '.join(f'{value:.2f}' for value in np.mean(whole, axis=0))} |")
        lines.append(f"| mean rank | | {' | '.join(f'{value:.2f}' for value in ranks)} |")
    return "\n".join(lines) + "\n\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, metavar="TABLES", help="a folder of CSV files, or of .csv.gz")
    parser.add_argument("--out", type=Path, required=True, metavar="RESULTS", help="a folder for the results")
    parser.add_argument("--tables", nargs="+", metavar="NAME", help="default: all, the smallest first")
    parser.add_argument("--splits", nargs="+", choices=SPLITS, default=SPLITS)
    parser.add_argument("--detectors", nargs="+", choices=DETECTORS, default=list(DETECTORS))
    arguments = parser.parse_args()

    paths = sorted(arguments.folder.glob("*.csv*"), key=lambda path: path.stat().st_size)
    files = {path.name.split(".")[0]: path for path in paths}
    tables = arguments.tables or list(files)
    strange = [table for table in tables if table not in files]
    if strange or not tables:
        parser.error(
            f"expected tables of {arguments.folder}, which has {', '.join(files) or 'none'},"
            f" got {', '.join(strange) or 'none'}"
        )
    arguments.out.mkdir(parents=True, exist_ok=True)
    path = arguments.out / "auroc.csv"
    results = read(path)
    jobs = [(t, s, d) for t in tables for s in arguments.splits for d in arguments.detectors]
    failed = 0
    for number, (table, split, detector) in enumerate(jobs, 1):
        if (table, split, detector) in results:
            continue
        begun = time.perf_counter()
        says = f"[{number}/{len(jobs)}] {table}, {split}, {detector}"
        try:
            data = Split(files[table], split)
            auroc = np.mean([data.auroc(np.asarray(scores)) for scores in DETECTORS[detector](data)])
        except (RuntimeError, ValueError, OSError) as e:
            failed += 1
            print(f"{says}: failed: {e}", file=sys.stderr, flush=True)
            continue
        seconds = time.perf_counter() - begun
        sizes = [len(data.training), len(data.scored), len(data.columns)]
        values = [table, split, detector, *sizes, f"{auroc:.4f}", f"{seconds:.1f}"]
        results[table, split, detector] = dict(zip(FIELDS, values))
        save(path, results)
        print(f"{says}: {auroc:.2f} in {seconds:.1f} s", file=sys.stderr, flush=True)
    everything = [t for t in files if any(t == table for table, _, _ in results)]
    text = "".join(markdown(split, everything, list(DETECTORS), results) for split in SPLITS)
    replace(arguments.out / "auroc.md", text)
    print(text, end="")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
