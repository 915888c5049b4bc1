#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes docs/conformance/citations.md: which file cites which section of which standard.

    citations.py            writes the page
    citations.py --check    exits with 1 if it is out of date
"""
import collections
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = "docs/conformance/citations.md"
COMMAND = "python3 tests/structure/citations.py"
SOURCES = (".sv", ".svh", ".cc", ".h", ".rdl", ".py", ".txt")
TITLES = {
    "FIPS 197": "Advanced Encryption Standard",
    "PCIe 3.0": "PCI Express Base Specification",
    "RFC 768": "User Datagram Protocol",
    "RFC 791": "Internet Protocol",
    "RFC 894": "IP over Ethernet",
    "RFC 1071": "Computing the Internet checksum",
    "RFC 1624": "Incremental update of the Internet checksum",
    "RFC 2003": "IP within IP",
    "RFC 2408": "ISAKMP",
    "RFC 2409": "IKE",
    "RFC 2464": "IPv6 over Ethernet",
    "RFC 2473": "Generic packet tunneling in IPv6",
    "RFC 2474": "Differentiated Services field",
    "RFC 3168": "Explicit Congestion Notification",
    "RFC 3948": "UDP encapsulation of IPsec ESP packets",
    "RFC 4106": "AES-GCM in ESP",
    "RFC 4301": "Security architecture for IP",
    "RFC 4303": "IP Encapsulating Security Payload (ESP)",
    "RFC 4304": "Extended sequence numbers for IKEv1",
    "RFC 6040": "Tunnelling of Explicit Congestion Notification",
    "RFC 8200": "IPv6",
    "SP 800-38D": "Galois/Counter Mode",
}
SECTION = r"(?:(?:table|figure|algorithm|appendix) )?[A-Z]?\d+(?:[.-]\d+)*\b"
CITATION = re.compile(r"\b(RFC \d+|PCIe \d\.\d|SP 800-38D|FIPS \d+)"
                      rf"(?:, ({SECTION}(?:(?:, | and ){SECTION})*))?")
WRAPPED = re.compile(r"\n\s*(?:///?|//!|#|\*)?[ \t]*")


def citations_in(text):
    """(standard, section or "") of each citation; a comment may break a line inside one."""
    for standard, sections in CITATION.findall(WRAPPED.sub(" ", text)):
        for section in re.findall(SECTION, sections) or [""]:
            is_table = re.fullmatch(r"\d+-\d+", section)  # the second of "table 2-38 and 2-39"
            yield standard, f"table {section}" if is_table else section.removeprefix("appendix ")


def natural(text):
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", text)]


def collect(root):
    """standard -> section -> files."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "rtl", "sim", "driver",
                             "host", "tests"], cwd=root, check=True, capture_output=True, text=True)
    found = collections.defaultdict(lambda: collections.defaultdict(set))
    for path in sorted(listed.stdout.splitlines()):
        if path.endswith(SOURCES) and not path.startswith("tests/structure/") and \
                (root / path).is_file():
            for standard, section in citations_in((root / path).read_text(errors="replace")):
                found[standard][section].add(path)
    return found


def names_of(paths):
    return ", ".join(f"`{path}`" for path in sorted(paths)) or "–"


def page_of(root):
    lines = ["# Which file cites which section", "",
             f"<!-- Generated from comments by tests/structure/citations.py. Do not edit; run: "
             f"{COMMAND} -->", "",
             "Each line of code that obeys a standard says so; this is where.",
             "It is an index, and no claim that everything of a standard is here.", ""]
    found = collect(root)
    for standard in sorted(found, key=natural):
        title = TITLES.get(standard)
        lines += [f"## {standard}{': ' + title if title else ''}", "",
                  "| section | code | tests |", "|---|---|---|"]
        for section in sorted(found[standard], key=natural):
            paths = found[standard][section]
            tests = {path for path in paths if path.startswith("tests/")}
            lines.append(f"| {section or 'as a whole'} | {names_of(paths - tests)} | "
                         f"{names_of(tests)} |")
        lines.append("")
    return "\n".join(lines[:-1]) + "\n"


def check_citation_page(root, report):
    path = root / PAGE
    if not path.is_file() or path.read_text() != page_of(root):
        report.fail(PAGE, f"is out of date; run: {COMMAND}")


def main():
    page = page_of(ROOT)
    if "--check" in sys.argv[1:]:
        is_same = (ROOT / PAGE).is_file() and (ROOT / PAGE).read_text() == page
        if not is_same:
            print(f"error: {PAGE} is out of date; run: {COMMAND}", file=sys.stderr)
        return 0 if is_same else 1
    (ROOT / PAGE).parent.mkdir(exist_ok=True)
    (ROOT / PAGE).write_text(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
