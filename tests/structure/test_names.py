# SPDX-License-Identifier: Apache-2.0
"""The names of all tests, read from CMakeLists.txt and sources; nothing has to be built.

A name is what docs/developer/testing.md writes:
    PROGRAM.SUITE.TEST        a GoogleTest case; parameters and their prefix are left out
    judge.NAME.CARD           a judge with one card, as ctest has it
    judge.NAME.CARD.METHOD    one method of it
    interop.CLASS.METHOD      one method of a test between daemons; also swanctl.NAME
    fuzz.NAME                 a fuzz target
    lint.STEP                 a step of `./dev lint`
    bench.SECTION             a section of `./dev bench`
"""
import pathlib
import re

COMMAND = re.compile(r"(\w+)\s*\(([^()]*)\)")
KEYWORDS = {"SOURCES", "LINK", "TIMEOUT", "LABELS", "WHOLE", "SCRIPT", "CARDS"}
TEST = re.compile(r"\b(?:TYPED_)?TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)")


def calls(text):
    """(command, words) of a CMakeLists.txt, its foreach loops unrolled, its functions left out."""
    text = re.sub(r"#[^\n]*", "", text)
    text = re.sub(r"\bfunction\s*\(.*?\bendfunction\s*\([^()]*\)", "", text, flags=re.DOTALL)
    return unroll([(match[1].lower(), match[2]) for match in COMMAND.finditer(text)], {})


def unroll(commands, values):
    done, at = [], 0
    while at < len(commands):
        command, text = commands[at]
        for name, value in values.items():
            text = text.replace("${" + name + "}", value)
        if command == "foreach":
            end = matching_end(commands, at)
            name, *items = text.split()
            for item in items:
                done += unroll(commands[at + 1:end], {**values, name: item})
            at = end
        else:
            done.append((command, text.replace('"', " ").split()))
        at += 1
    return done


def matching_end(commands, start):
    depth = 0
    for at in range(start, len(commands)):
        depth += {"foreach": 1, "endforeach": -1}.get(commands[at][0], 0)
        if depth == 0:
            return at
    raise ValueError("foreach without endforeach")


def values_of(words, keyword):
    """The words behind `keyword`, up to the next one."""
    found, is_on = [], False
    for word in words:
        if word in KEYWORDS:
            is_on = word == keyword
        elif is_on:
            found.append(word)
    return found


def tests_in(path):
    """SUITE.TEST of a source file, but those that are disabled."""
    if not path.is_file():
        return set()
    return {f"{suite}.{test}" for suite, test in TEST.findall(path.read_text())
            if not test.startswith("DISABLED_")}


def card_suite(root):
    """The tests that every program made with holdfast_card_suite has."""
    found = set()
    for path in (root / "tests/unit/driver").glob("card_*_test.cc"):
        found |= {name for name in tests_in(path)
                  if name.startswith(("CardSuite.", "CardCredit.", "CardRoam."))}
    return found


def judge_methods(path):
    return re.findall(r"(?m)^    def (test_\w+)\(", path.read_text()) if path.is_file() else []


def names_of(root):
    """Every name there is."""
    names = set()
    for lists in sorted((root / "tests").glob("**/CMakeLists.txt")):
        for command, words in calls(lists.read_text()):
            sources = [lists.parent / source for source in values_of(words, "SOURCES")]
            if command in ("holdfast_test", "holdfast_card_suite"):
                tests = set().union(*map(tests_in, sources))
                if command == "holdfast_card_suite":
                    tests |= card_suite(root)
                names |= {f"{words[0]}.{test}" for test in tests}
            elif command == "holdfast_judge":
                methods = judge_methods(lists.parent / values_of(words, "SCRIPT")[0])
                for card in values_of(words, "CARDS") or ("soft", "verilated"):
                    judge = f"judge.{words[0]}.{card}"
                    names |= {judge, *(f"{judge}.{method}" for method in methods)}
            elif command == "holdfast_fuzz":
                names.add(f"fuzz.{words[0]}")
            elif command == "add_test" and words[0] == "NAME":
                if words[1].startswith(("interop.", "swanctl.")):
                    names.add(words[1])
    names |= {f"lint.{step}" for step in
              re.findall(r"(?m)^lint_(\w+)\(\) \{$", (root / "dev").read_text())}
    bench = root / "tests/bench/main.cc"
    if bench.is_file():
        names |= {f"bench.{section}" for section in
                  re.findall(r'(?m)^    \{"(\w+)", "', bench.read_text())}
    return names


if __name__ == "__main__":
    print("\n".join(sorted(names_of(pathlib.Path(__file__).resolve().parents[2]))))
