# SPDX-License-Identifier: Apache-2.0
"""What a script of the bench tells holdfast-bench: a line of JSON for each table, figure, note and
problem (bench_script.h reads them)."""
import json


def tell(kind, **values):
    print(json.dumps({"kind": kind, **values}), flush=True)


def table(name, title, unit, columns=("got",), digits=2, has_wanted=True):
    tell("table", name=name, title=title, unit=unit, columns=list(columns), digits=digits,
         has_wanted=has_wanted)


def figure(what, *got, beside=(), at_least=None, at_most=None):
    """`beside` are the last columns, of which nothing is wanted."""
    tell("figure", what=what, got=list(got), beside=list(beside), at_least=at_least,
         at_most=at_most)


def note(text):
    tell("note", text=text)


def problem(text):
    tell("problem", text=text)
