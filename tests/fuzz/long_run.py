#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A long run of the libFuzzer targets, for `./dev fuzz`.

    long_run.py FOLDER [SECONDS] [TARGET...] [--keep]

FOLDER is `fuzz` of the build folder, with the programs. Each target, or each that is named, runs
SECONDS (60); as many at once as HOLDFAST_JOBS says. What reaches new code stays in
FOLDER/corpus/TARGET for the next run. With --keep the best small inputs of it go into
tests/fuzz/corpus too. HOLDFAST_SEED makes a run repeatable, apart from its length.
"""
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
KEEP_BYTES, KEEP_NUMBER = 1024, 24  # of a target's inputs that --keep may add in one run
# Entropic weights cost more than the execution itself where an input reaches thousands of edges.
FAST = ["-entropic=0"]
# Short stacks of allocations and a small quarantine; FILE alone runs with the whole of both.
SANITIZER = "malloc_context_size=2:quarantine_size_mb=16:thread_local_quarantine_size_kb=64"
EVERY = 10  # seconds between two lines of progress


class Run:
    """One target on its way."""

    def __init__(self, folder, name, seconds):
        self.name, self.folder = name, folder
        self.program = folder / f"fuzz_{name}_libfuzzer"
        self.kept, self.grown = HERE / "corpus" / name, folder / "corpus" / name
        self.log, self.counter = folder / "log" / name, folder / "log" / f"{name}.count"
        self.findings = folder / "findings"
        for path in (self.grown, self.log.parent, self.findings):
            path.mkdir(parents=True, exist_ok=True)
        self.began = time.time()
        self.counter.write_bytes(bytes(8))
        command = [str(self.program), *FAST, f"-max_total_time={seconds}", "-timeout=30",
                   "-rss_limit_mb=1500", "-print_final_stats=1",
                   f"-artifact_prefix={self.findings}/{name}-", str(self.grown), str(self.kept)]
        if seed := os.environ.get("HOLDFAST_SEED"):
            command.insert(1, f"-seed={int(seed, 0) & 0xFFFFFFFF or 1}")
        with open(self.log, "wb") as out:
            self.process = subprocess.Popen(
                command, stdout=out, stderr=out, stdin=subprocess.DEVNULL,
                env={"ASAN_OPTIONS": SANITIZER, **os.environ,
                     "HOLDFAST_FUZZ_COUNTER": str(self.counter)})

    def executions(self):
        return int.from_bytes(self.counter.read_bytes()[:8], sys.byteorder)

    def coverage(self):
        """Edges that the corpus reached when the run began, and those that were reached since."""
        text = self.log.read_text(errors="replace")
        seen = [int(edges) for edges in re.findall(r"cov: (\d+)", text)]
        first = re.search(r"INITED\s+cov: (\d+)", text)
        return (int(first.group(1)), max(seen) - int(first.group(1))) if first else (0, 0)

    def new_findings(self):
        return sorted(path for path in self.findings.glob(f"{self.name}-*")
                      if path.stat().st_mtime >= self.began
                      and not path.name.startswith(f"{self.name}-slow-unit"))

    def failed(self):
        return self.process.returncode not in (0, -signal.SIGINT) or bool(self.new_findings())

    def summary(self):
        lines = self.log.read_text(errors="replace").splitlines()
        told = [line for line in lines if line.startswith(("SUMMARY", "==")) or "ERROR" in line]
        return "\n".join(f"    {line}" for line in (told or lines)[-3:])


def progress(began, runs, total):
    done = sum(run.process.returncode is not None for run in runs)
    busy = " ".join(run.name for run in runs if run.process.returncode is None)
    print(f"{time.time() - began:6.0f} s  {sum(run.executions() for run in runs):>14,} executions, "
          f"{done} of {total} targets done, now: {busy}", flush=True)


def run_all(folder, names, seconds):
    jobs = int(os.environ.get("HOLDFAST_JOBS") or os.cpu_count() or 1)
    waiting, runs = list(names), []
    began = last = time.time()
    try:
        while waiting or any(run.process.poll() is None for run in runs):
            while waiting and sum(run.process.poll() is None for run in runs) < jobs:
                runs.append(Run(folder, waiting.pop(0), seconds))
            time.sleep(0.2)
            if time.time() - last >= EVERY:
                last = time.time()
                progress(began, runs, len(names))
    except KeyboardInterrupt:
        print("stopped; the table is of what was done", flush=True)
    finally:
        for run in runs:
            if run.process.poll() is None:
                run.process.send_signal(signal.SIGINT)
            run.process.wait()
    return runs


def keep(run):
    """The few inputs that cover what the kept ones do not."""
    with tempfile.TemporaryDirectory() as cover:
        for path in run.kept.iterdir():
            shutil.copy(path, cover)
        before = set(os.listdir(cover))
        subprocess.run([str(run.program), "-set_cover_merge=1", cover, str(run.grown)],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        fresh = sorted((path for path in Path(cover).iterdir()
                        if path.name not in before and path.stat().st_size <= KEEP_BYTES),
                       key=lambda path: path.stat().st_size)[:KEEP_NUMBER]
        for path in fresh:
            shutil.copy(path, run.kept / path.name[:12])
    return len(fresh)


def table(runs, kept):
    print(f"\n{'target':<16}{'executions':>14}{'edges':>8}{'new':>6}{'kept':>6}  findings")
    for run in runs:
        edges, fresh = run.coverage()
        names = " ".join(path.name for path in run.new_findings())
        told = names or (f"ended with {run.process.returncode}" if run.failed() else "none")
        print(f"{run.name:<16}{run.executions():>14,}{edges + fresh:>8}{fresh:>6}"
              f"{kept.get(run.name, 0):>6}  {told}")
    print(f"{'all':<16}{sum(run.executions() for run in runs):>14,}")
    for run in runs:
        if run.failed():
            print(f"\n{run.name}: {run.log}; again: {run.program} FILE, of {run.findings}\n"
                  f"{run.summary()}")


def main():
    arguments = [word for word in sys.argv[1:] if word != "--keep"]
    folder = Path(arguments.pop(0)).resolve()
    seconds = int(arguments.pop(0)) if arguments and arguments[0].isdigit() else 60
    known = sorted(path.name for path in (HERE / "corpus").iterdir())
    unknown = [name for name in arguments if name not in known]
    if unknown or seconds == 0:
        sys.exit(f"error: no target {' '.join(unknown)}; there are: {' '.join(known)}")
    names = arguments or known
    if missing := [name for name in names if not (folder / f"fuzz_{name}_libfuzzer").exists()]:
        sys.exit(f"error: not built: {' '.join(missing)}; run: ./dev fuzz")
    runs = run_all(folder, names, seconds)
    kept = {run.name: keep(run) for run in runs} if "--keep" in sys.argv else {}
    table(runs, kept)
    sys.exit(any(run.failed() for run in runs))


if __name__ == "__main__":
    main()
