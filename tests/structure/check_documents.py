# SPDX-License-Identifier: Apache-2.0
"""Checks the documents: links lead somewhere, one sentence a line, a README for each room."""
import pathlib
import re

SENTENCE_ENDS = re.compile(r'(?<=[a-z0-9)`*"])\. (?=[A-Z`*"])')
MAX_README_LINES = 60
# Rooms below these have a README each.
FLOORS = ("rtl", "sim")
ROOMS = ("constraints", "driver", "host", "tests", "tests/interop", "tests/lockstep", "tests/pcap")


def prose_of(text):
    """(line number, line) outside of code; code spans become one letter."""
    is_code = False
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("```"):
            is_code = not is_code
        elif not is_code and not line.startswith("    "):
            yield number, re.sub(r"`[^`]*`", "`x`", line)


def check_document(root, path, report):
    folder = (root / path).parent
    for number, line in prose_of((root / path).read_text()):
        place = f"{path}:{number}"
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", line):
            if ":" not in target and not (folder / target).exists():
                report.fail(place, f"links to {target}, which does not exist")
        body = re.sub(r"^\s*(?:- |\d+\. )?", "", line)
        if not line.startswith("|") and SENTENCE_ENDS.search(body):
            report.warn(place, "has more than one sentence")


def check_rooms(root, files, report):
    rooms = set(ROOMS) | set(FLOORS)
    for path in files:
        parts = pathlib.PurePath(path).parts
        if parts[0] in FLOORS and len(parts) == 3:
            rooms.add("/".join(parts[:2]))
    for room in sorted(rooms):
        readme = root / room / "README.md"
        if not readme.is_file():
            report.fail(room, "has no README.md: what it is for, where to begin, what it may depend "
                              "on, what it is not")
        elif readme.read_text().count("\n") > MAX_README_LINES:
            report.warn(f"{room}/README.md", "longer than one screen")


def check_documents(root, files, generated, report):
    check_rooms(root, files, report)
    for path in files:
        if path.endswith(".md") and path not in generated:
            check_document(root, path, report)
