#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the rules of the house that a script can check (docs/developer/style.md).

Prints one line for each broken rule and exits with 1; warnings alone exit with 0.
    check_structure.py [--verbose]
--verbose also lists the tests that no row of the plan (docs/developer/testing.md) names.
"""
import pathlib
import re
import subprocess
import sys

from check_documents import check_documents
from check_functions import check_functions
from check_plan import check_plan
from check_std_includes import check_std_includes
from citations import PAGE as CITATIONS, check_citation_page

ROOT = pathlib.Path(__file__).resolve().parents[2]

TOP_LEVEL = {"CMakeLists.txt", "CMakePresets.json", "README.md", "LICENSE", "dev", "rtl", "sim",
             "driver", "host", "tests", "constraints", "docs", ".ci", ".clang-format",
             ".clang-tidy", ".editorconfig", ".gitignore"}
GENERATED = {"rtl/csr/card_csr.sv", "rtl/csr/card_csr_pkg.sv", "rtl/csr/card_csr_enums_pkg.sv",
             "driver/include/holdfast/csr.h", "driver/include/holdfast/csr_enums.h",
             "docs/reference/registers.md", "tests/rtl/csr/csr_walk_table.inc", CITATIONS}
# Longer than the limit, each with its reason.
LONG_FILES = {}
WARN_LINES, FAIL_LINES, WIDTH = 300, 600, 100

RTL_ROOMS = ("common", "csr", "crypto", "sad", "net", "esp", "pcie", "dma", "card")
# Which rooms a module of a room may instantiate (file names begin with their room).
RTL_MAY_USE = {
    "common": {"common"},
    "csr": {"csr", "common", "card_csr"},
    "crypto": {"crypto", "common"},
    "sad": {"sad", "common"},
    "net": {"net", "common"},
    "esp": {"esp", "net", "sad", "crypto", "common"},
    "pcie": {"pcie", "common"},
    "dma": {"dma", "common"},
    "top": set(RTL_ROOMS),
}
# First folder of an include -> who may write it (path prefixes of the including file).
CXX_MAY_INCLUDE = {
    "driver/base": {"base"},
    "driver/include": {"base", "holdfast"},
    "driver/src": {"base", "holdfast", "src"},
    "driver/tools": {"base", "holdfast"},
    "sim/model": {"base", "holdfast", "model"},
    "sim/verilated": {"base", "holdfast", "verilated"},
    "sim/pcap": {"base", "pcap"},
    "sim/app": {"base", "holdfast", "model", "verilated", "pcap", "link", "app"},
    "sim/systemc": {"base", "holdfast", "verilated", "systemc"},
    "sim/link": {"base", "holdfast", "link"},
    "host/isakmp": {"base", "isakmp"},
    "host/crypto": {"base", "crypto"},
    "host/config": {"base", "holdfast", "crypto", "config"},
    "host/offload": {"base", "holdfast", "config", "offload", "net"},
    "host/net": {"base", "holdfast", "net"},
    "host/ike": {"base", "holdfast", "isakmp", "crypto", "config", "offload", "net", "ike"},
    "host/control": {"base", "holdfast", "isakmp", "crypto", "config", "net", "ike", "control"},
    "host/log": {"base", "holdfast", "ike", "log"},
    "host/app": {"base", "holdfast", "isakmp", "crypto", "config", "offload", "net", "ike",
                 "control", "log", "app", "model", "verilated", "link"},
}
# Third-party headers that stay in the rooms that need them.
THIRD_PARTY = {
    "openssl/": ("sim/model", "host/crypto", "tests"),
    "asio": ("host/net", "host/control", "tests"),
    "libmnl": ("host/net", "tests"),
    "spdlog": ("host/log", "tests"),
    "systemd": ("host/log", "host/app", "tests"),
    "prometheus": ("host/app", "tests"),
    "pcap": ("sim/pcap", "tests"),
    "CLI/": ("sim/app", "host/app", "driver/tools", "tests"),
    "toml++/": ("sim/app", "tests"),
    "systemc": ("sim/systemc", "tests"),
    "tlm": ("sim/systemc", "tests"),
}
PROTOCOL_ROOMS = ("rtl/esp", "rtl/sad", "rtl/net", "rtl/pcie", "sim/model", "host/isakmp",
                  "host/ike")


class Report:
    def __init__(self):
        self.failures, self.warnings, self.figures = [], [], []

    def fail(self, path, text):
        self.failures.append(f"{path}: {text}")

    def warn(self, path, text):
        self.warnings.append(f"{path}: {text}")


def tracked_files():
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True,
                         capture_output=True, text=True).stdout
    return sorted(p for p in out.splitlines() if (ROOT / p).is_file())


def text_of(path):
    return (ROOT / path).read_text(errors="replace")


def is_code(path):
    return path.endswith((".sv", ".svh", ".cc", ".h", ".py", ".sh", ".cmake", ".rdl")) or \
        path == "dev" or path.endswith("CMakeLists.txt")


def check_top_level(files, report):
    for name in sorted({f.split("/")[0] for f in files} - TOP_LEVEL):
        report.fail(name, "is not part of the top level")


def check_files(files, report):
    for path in files:
        if not is_code(path) and not path.endswith(".md"):
            continue
        text = text_of(path)
        lines = text.split("\n")
        if is_code(path) and "SPDX-License-Identifier: Apache-2.0" not in "\n".join(lines[:4]):
            report.fail(path, "has no SPDX line in its first lines")
        if path in GENERATED:
            continue
        for number, line in enumerate(lines, 1):
            if line != line.rstrip():
                report.fail(f"{path}:{number}", "white space at the end of the line")
            if len(line) > WIDTH and path.endswith((".sv", ".svh", ".cc", ".h")):
                report.fail(f"{path}:{number}", f"is {len(line)} columns wide, limit {WIDTH}")
            if "\t" in line:
                report.fail(f"{path}:{number}", "tab")
        if text and not text.endswith("\n"):
            report.fail(path, "does not end with a newline")
        if path.endswith((".sv", ".svh", ".cc", ".h")) and path not in LONG_FILES:
            if len(lines) > FAIL_LINES:
                report.fail(path, f"{len(lines)} lines; cut it where it has two subjects")
            elif len(lines) > WARN_LINES:
                report.warn(path, f"{len(lines)} lines")
        if re.search(r"/work/|\.\./shared", text) and not path.startswith("tests/structure/"):
            report.fail(path, "names a path of a build machine")


def check_rtl(files, report):
    sources = [f for f in files if f.startswith("rtl/") and f.endswith(".sv") and f not in GENERATED]
    modules = {pathlib.PurePath(f).stem for f in sources} | {"card_csr"}
    assertions = lines_total = 0
    for path in sources:
        text = text_of(path)
        stem = pathlib.PurePath(path).stem
        room = path.split("/")[1]
        found = re.findall(r"(?m)^(?:module|package)\s+(\w+)", text)
        if found != [stem]:
            report.fail(path, f"holds {found}, and should hold {stem} alone")
        prefix = {"top": "card", "boards": ""}.get(room, room)
        if prefix and not stem.startswith(prefix + "_") and stem != prefix:
            report.fail(path, f"name does not begin with {prefix}_")
        if stem.endswith("_pkg"):
            continue
        code = re.sub(r"//[^\n]*", "", text)
        assertions += len(re.findall(r"`ASSERT", code))
        lines_total += text.count("\n")
        for used in set(re.findall(r"(?m)^\s*(\w+)\s*(?:#\s*\(|\w+\s*\()", code)) & modules:
            owner = used.split("_")[0]
            if used != stem and owner not in RTL_MAY_USE.get(room, set()) and \
                    used not in RTL_MAY_USE.get(room, set()):
                report.fail(path, f"may not use {used}")
        if re.search(r"17'h[0-9a-fA-F]{3,}", code):
            report.fail(path, "register offset typed by hand")
        if re.search(r"(verilator|synopsys)\s+(lint_off|translate_off)", text):
            report.fail(path, "pragma; waivers belong into rtl/lint_waivers.vlt")
    rate = 1000 * assertions / max(lines_total, 1)
    report.figures.append(f"assertions in rtl/: {assertions} in {lines_total} lines, "
                          f"{rate:.1f} per 1,000 (a stream macro counts as one)")
    if rate < 8:
        report.fail("rtl", f"{rate:.1f} assertions per 1,000 lines, at least 8")
    elif rate < 12:
        report.warn("rtl", f"{rate:.1f} assertions per 1,000 lines, 12 are wanted")


def check_includes(files, report):
    for path in files:
        if not path.endswith((".cc", ".h")) or path.startswith("tests/"):
            continue
        text = text_of(path)
        room = next((r for r in CXX_MAY_INCLUDE if path.startswith(r + "/")), None)
        for include in re.findall(r'(?m)^#include "([^"]+)"', text):
            # Without a folder: of the same room, or a Verilated class.
            if room and "/" in include and include.split("/")[0] not in CXX_MAY_INCLUDE[room]:
                report.fail(path, f'may not include "{include}"')
        for include in re.findall(r"(?m)^#include <([^>]+)>", text):
            for prefix, rooms in THIRD_PARTY.items():
                if include.startswith(prefix) and not path.startswith(rooms):
                    report.fail(path, f"<{include}> belongs to {', '.join(rooms)}")
        if path not in GENERATED and re.search(r"CsrOffset[{(]\s*0x", text):
            report.fail(path, "register offset typed by hand")
        if path.endswith("/main.cc") and text.count("\n") > 150:
            report.fail(path, "a main.cc is at most 150 lines")


def check_citations(files, report):
    for room in PROTOCOL_ROOMS:
        cited = lines = 0
        for path in files:
            if path.startswith(room + "/") and path.endswith((".sv", ".cc", ".h")):
                text = text_of(path)
                cited += len(re.findall(r"RFC \d+|PCIe \d\.\d|SP 800-38D|FIPS \d+", text))
                lines += text.count("\n")
        if not lines:
            continue
        rate = 1000 * cited / lines
        report.figures.append(f"citations in {room}: {cited} in {lines} lines, {rate:.1f} per 1,000")
        if rate < 4:
            report.fail(room, f"{rate:.1f} citations of a standard per 1,000 lines, at least 4")
        elif rate < 8:
            report.warn(room, f"{rate:.1f} citations of a standard per 1,000 lines, 8 are wanted")


def check_mirrors(files, report):
    """A unit has a test at the mirrored path, or its room's tests name it."""
    tests = " ".join(text_of(f) for f in files
                     if f.startswith("tests/") and f.endswith((".cc", ".txt", ".py")))
    units, missing = 0, []
    for path in files:
        if path in GENERATED or path.endswith("_pkg.sv"):
            continue
        pure = pathlib.PurePath(path)
        if path.startswith("rtl/") and path.endswith(".sv"):
            mirror = ROOT / "tests/rtl" / pure.parts[1] / f"{pure.stem}_test.cc"
        elif path.endswith(".cc") and path.split("/")[0] in ("sim", "driver", "host") and \
                pure.name != "main.cc":
            folder = "/".join(p for p in pure.parent.parts if p != "src")
            mirror = ROOT / "tests/unit" / folder / f"{pure.stem}_test.cc"
        else:
            continue
        units += 1
        if not mirror.exists() and not re.search(rf"\b{pure.stem}\b", tests):
            missing.append(path)
    share = 100 * len(missing) / max(units, 1)
    report.figures.append(f"units without a test that mirrors or names them: {len(missing)} of "
                          f"{units}, {share:.0f} %")
    text = f"{share:.0f} % of the units have no test of their own: {', '.join(missing)}"
    if share > 20:
        report.fail("tests", text)
    elif share > 10:
        report.warn("tests", text)


def main():
    report = Report()
    files = tracked_files()
    check_top_level(files, report)
    check_files(files, report)
    check_functions(ROOT, files, GENERATED, report)
    check_rtl(files, report)
    check_includes(files, report)
    check_std_includes(ROOT, [f for f in files if f.endswith((".cc", ".h"))], report)
    check_citations(files, report)
    check_mirrors(files, report)
    check_documents(ROOT, files, GENERATED, report)
    check_citation_page(ROOT, report)
    check_plan(ROOT, report, "--verbose" in sys.argv[1:])
    for line in report.figures:
        print(line)
    for line in report.warnings:
        print("warning: " + line)
    for line in report.failures:
        print("error: " + line, file=sys.stderr)
    print(f"structure: {len(report.failures)} errors, {len(report.warnings)} warnings")
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
