# SPDX-License-Identifier: Apache-2.0
"""Searches a Promela model exhaustively for a violation of one property, with spin.

    check_model.py MODEL.pml PROPERTY holds|violated [-DNAME=VALUE ...]

Fails unless the whole state space was searched (without hashing states away) and the property
holds; or, where `violated` is expected, unless a run was found that violates it. Prints how many
states there are.
"""
import fcntl
import hashlib
import pathlib
import re
import subprocess
import sys

# Not optimised: most searches take less time than gcc would.
COMPILE = ("gcc", "-O0", "-w", "-DNOREDUCE", "-DMEMLIM=3800", "-o", "pan", "pan.c")
DEPTH = 200_000


def run(*command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} ended with {done.returncode}:\n"
                 f"{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def searcher(model, defines):
    """spin's program for these switches; made once for all properties, in the current folder."""
    key = hashlib.sha256("".join((model.read_text(), *defines)).encode()).hexdigest()[:16]
    folder = pathlib.Path("searchers", key).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "pan").exists():
            run("spin", *defines, "-a", model.resolve(), folder=folder)
            run(*COMPILE, folder=folder)
    return folder / "pan"


def search(model, name, defines):
    """What pan says. Liveness is judged under weak fairness."""
    pan = searcher(model, defines)
    is_liveness = re.search(rf"(?m)^ltl {name} {{ <>", model.read_text())
    fairness = ("-f",) if is_liveness else ()
    return run(pan, "-a", *fairness, f"-m{DEPTH}", "-N", name, folder=pan.parent)


def verdict_of(said):
    errors = int(re.search(r"errors: (\d+)", said)[1])
    # An index out of range would be an error of the model, and no verdict.
    if errors and not re.search(r"pan:1: (assertion violated  !\(|acceptance cycle|claim violated)",
                                said):
        sys.exit(f"not a verdict about the property:\n{said}")
    if not errors and re.search(r"max search depth too small|out of memory|Search not completed|"
                                r"bitstate|hash-?compact", said, re.IGNORECASE):
        sys.exit(f"not searched to the end:\n{said}")
    return "violated" if errors else "holds"


def main():
    model, name, expected, *defines = sys.argv[1:]
    model = pathlib.Path(model)
    if f"ltl {name} " not in model.read_text():
        sys.exit(f"{model} has no property {name}")
    said = search(model, name, defines)
    verdict = verdict_of(said)
    states = re.search(r"(\d+) states, stored", said)[1]
    depth = re.search(r"depth reached (\d+)", said)[1]
    print(f"{name} {verdict}: {states} states, depth {depth} {' '.join(defines)}")
    if verdict != expected:
        sys.exit(f"expected: {expected}\n{said}")


if __name__ == "__main__":
    main()
