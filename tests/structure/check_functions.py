# SPDX-License-Identifier: Apache-2.0
"""Checks that functions fit on a screen. It reads indentation, which clang-format keeps right."""
import re

WARN_LINES, FAIL_LINES = 25, 60
NO_FUNCTION = re.compile(r"(?:\} )?(?:if|for|while|switch|else|do|namespace|class|struct|enum|union|"
                         r"extern|return|case|default)\b")


def first_line_of(lines, at):
    """Where the declaration begins whose body opens in line `at`."""
    while at > 0:
        before = lines[at - 1].strip()
        if not before or before.endswith((";", "{", "}", ":")) or before.startswith(("//", "#")):
            break
        at -= 1
    return at


def cxx_functions(text):
    """(line number, lines of the body) of each function and each lambda with a name."""
    lines = text.split("\n")
    for at, line in enumerate(lines):
        if not line.endswith("{"):
            continue
        first = first_line_of(lines, at)
        head = lines[first].lstrip()
        if "(" not in " ".join(lines[first:at + 1]) or NO_FUNCTION.match(head):
            continue
        # A lambda among arguments closes below itself, all else below its first line.
        opening = lines[at] if line.lstrip().startswith("[") else lines[first]
        close = " " * (len(opening) - len(opening.lstrip())) + "}"
        end = next((n for n in range(at + 1, len(lines)) if lines[n].startswith(close)), at + 1)
        yield first + 1, end - at - 1


def rtl_functions(text):
    start = None
    for number, line in enumerate(text.split("\n"), 1):
        if re.match(r"\s*function\b", line):
            start = number
        elif start and re.match(r"\s*endfunction\b", line):
            yield start, number - start - 1
            start = None


def check_functions(root, files, generated, report):
    num_functions = num_long = 0
    for path in files:
        if path in generated or not path.endswith((".cc", ".h", ".sv", ".svh")):
            continue
        find = rtl_functions if path.endswith((".sv", ".svh")) else cxx_functions
        for number, length in find((root / path).read_text(errors="replace")):
            num_functions += 1
            num_long += length > WARN_LINES
            if length > FAIL_LINES:
                # A test case may be a long list; the product may not.
                complain = report.warn if path.startswith("tests/") else report.fail
                complain(f"{path}:{number}", f"a function of {length} lines, limit {FAIL_LINES}")
    report.figures.append(f"functions longer than {WARN_LINES} lines: {num_long} of "
                          f"{num_functions}")
