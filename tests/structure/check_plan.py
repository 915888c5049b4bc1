# SPDX-License-Identifier: Apache-2.0
"""Checks the plan of docs/developer/testing.md: each feature once, each test that it names exists.

A row of the plan is `| NAME | what it is | tests |`, NAME in back quotes and in capitals with dots.
Tests are names of test_names.py in back quotes; {a,b} stands for one of each, a * at the end for
all that begin so. A feature that nothing tests says **no test**, and may name another feature.
"""
import difflib
import fnmatch
import pathlib
import re

from test_names import names_of

PLAN = "docs/developer/testing.md"
NO_TEST = "**no test**"
FEATURE = re.compile(r"`([A-Z][A-Z0-9]*(?:\.[A-Z0-9_]+)+)`")


def expand(name):
    """x{a,b}y as xay and xby."""
    found = re.search(r"\{([^{}]*)\}", name)
    if not found:
        return [name]
    return [whole for part in found[1].split(",")
            for whole in expand(name[:found.start()] + part + name[found.end():])]


def rows_of(text):
    """(line number, cells) of each row of a table below the heading "The plan"."""
    is_plan = False
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("## "):
            is_plan = line == "## The plan"
        if is_plan and line.startswith("| ") and not line.startswith("| feature "):
            yield number, [cell.strip() for cell in line.strip("|").split(" | ")]


def check_row(place, cells, names, used, report):
    """Complains about one row; adds the names of its last cell that exist to `used`."""
    if len(cells) != 3:
        report.fail(place, f"has {len(cells)} cells and should have 3: feature, what, tests")
        return
    tests = re.findall(r"`([^`]+)`", cells[2])
    if not tests and NO_TEST not in cells[2]:
        report.fail(place, f"{cells[0]} names no test; name one, or write {NO_TEST} and why")
    for name in (whole for test in tests for whole in expand(test)):
        found = fnmatch.filter(names, name) if name.endswith("*") else {name} & names
        used.update(found)
        if not found:
            near = difflib.get_close_matches(name, names, 1)
            report.fail(place, f"names `{name}`, which does not exist; "
                        + (f"is it `{near[0]}`?" if near else "take it out or write it"))


def check_features(rows, report):
    """Each feature has a name, and no two the same; returns line numbers by name."""
    lines = {}
    for place, number, cells in rows:
        feature = FEATURE.fullmatch(cells[0])
        if not feature:
            report.fail(place, f"{cells[0]} is no name of a feature, such as `ESP.DECAP.REPLAY`")
        elif feature[1] in lines:
            report.fail(place, f"{cells[0]} stands in line {lines[feature[1]]} already")
        else:
            lines[feature[1]] = number
    return lines


def check_plan(root, report, is_verbose=False):
    path = root / PLAN
    if not path.is_file():
        report.fail(PLAN, "is missing")
        return
    rows = [(f"{PLAN}:{number}", number, cells) for number, cells in rows_of(path.read_text())]
    if not rows:
        report.fail(PLAN, 'has no row below "## The plan"')
    tests, features, used = names_of(root), check_features(rows, report), set()
    for place, _, cells in rows:
        check_row(place, cells, tests | set(features), used, report)
    # A judge that is named stands for its methods, a method for its judge.
    def judge_of(name):
        return ".".join(name.split(".")[:3]) if name.startswith("judge.") else name
    named = {judge_of(name) for name in used}
    unnamed = sorted(name for name in tests if judge_of(name) not in named)
    report.figures.append(
        f"plan: {len(features)} features, {sum(NO_TEST in cells[-1] for _, _, cells in rows)} of "
        f"them without a test; {len(unnamed)} of {len(tests)} tests are in no row")
    if is_verbose:
        report.figures += [f"  in no row of the plan: {name}" for name in unnamed]
