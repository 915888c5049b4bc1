# SPDX-License-Identifier: Apache-2.0
"""Checks that C++ files include what they use of the standard library, or a header of ours does.

A build with precompiled headers (HOLDFAST_PCH) compiles without these includes too. What is looked
for is the names below: a file that says std::deque has <deque> among its includes, or among those
of the headers of this repository that it includes.
"""
import re

ROOTS = ("", "host", "driver", "driver/include", "sim", "sim/verilated", "sim/systemc", "tests",
         "tests/rtl/dma", "tests/lockstep", "tests/bench")
# Header -> names in std that need it. What half of the library declares is left out.
NAMES = {
    "algorithm": r"sort|stable_sort|find_if|any_of|all_of|none_of|copy_n|remove_if|max_element|"
                 r"min_element|lower_bound|upper_bound|clamp|ranges::\w+|reverse|rotate|fill_n",
    "array": "array",
    "bit": "bit_cast|popcount|countl_zero|countr_zero|bit_width|has_single_bit",
    "charconv": "from_chars|to_chars",
    "chrono": r"chrono::\w+",
    "cstring": "memcpy|memcmp|memset|strlen|strerror",
    "deque": "deque",
    "filesystem": r"filesystem::\w+",
    "fstream": "ifstream|ofstream|fstream",
    "functional": "function",
    "map": "map|multimap",
    "memory": "unique_ptr|shared_ptr|make_unique|make_shared|weak_ptr",
    "numeric": "accumulate|iota|partial_sum",
    "optional": "optional|nullopt",
    "random": "mt19937|mt19937_64|uniform_int_distribution|random_device",
    "set": "set|multiset",
    "span": "span|as_bytes",
    "sstream": "stringstream|ostringstream|istringstream",
    "string": "string|to_string",
    "string_view": "string_view",
    "unordered_map": "unordered_map",
    "unordered_set": "unordered_set",
    "variant": "variant|visit|holds_alternative",
    "vector": "vector",
}
# A header that always brings others with it.
BRINGS = {"string": {"string_view"}, "ranges": {"span"}, "functional": set(),
          "filesystem": {"string", "string_view", "chrono"}, "fstream": {"string", "string_view"},
          "sstream": {"string", "string_view"},
          "gtest/gtest.h": {"string", "string_view", "vector", "memory", "sstream", "set", "map",
                            "functional"},
          "gmock/gmock.h": {"string", "string_view", "vector", "memory", "sstream", "set", "map",
                            "functional", "algorithm"}}
USES = {header: re.compile(rf"\bstd::(?:{names})\b(?!::)") for header, names in NAMES.items()}
INCLUDE = re.compile(r'(?m)^\s*#\s*include\s+([<"])([^>"]+)[>"]')
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"", re.DOTALL)


class Includes:
    """Standard headers that a file reaches through headers of ours."""

    def __init__(self, root):
        self.root, self.known = root, {}

    def find(self, name, beside):
        for folder in (beside, *(self.root / start for start in ROOTS)):
            if (folder / name).is_file():
                return (folder / name).resolve()
        return None

    def of(self, path):
        if path in self.known:
            return self.known[path]
        found = self.known[path] = set()
        for kind, name in INCLUDE.findall(path.read_text()):
            ours = self.find(name, path.parent) if kind == '"' else None
            found |= self.of(ours) if ours else {name} | BRINGS.get(name, set())
        return found


def check_std_includes(root, files, report):
    """`files`: paths of C++ files, relative to `root`."""
    includes = Includes(root)
    for name in files:
        path = root / name
        text = COMMENT.sub(" ", INCLUDE.sub("", path.read_text()))
        for header in sorted(NAMES):
            used = USES[header].search(text)
            if used and header not in includes.of(path.resolve()):
                report.fail(name, f"uses {used[0]} without #include <{header}>")
