#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes everything that follows from card_csr.rdl.

    generate.py          writes the files
    generate.py --check  exits with 1 and names the command to run if one is out of date
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

from systemrdl import RDLCompiler
from systemrdl.node import FieldNode, RegNode

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCE = ROOT / "rtl/csr/card_csr.rdl"
SV_DIR = pathlib.PurePath("rtl/csr")
CXX_DIR = pathlib.PurePath("driver/include/holdfast")
DOC = pathlib.PurePath("docs/reference/registers.md")
NOTE = "Generated from rtl/csr/card_csr.rdl by rtl/csr/generate.py. Do not edit."


def camel(name):
    return "".join(part.capitalize() for part in name.split("_"))


def compile_map():
    compiler = RDLCompiler()
    compiler.compile_file(str(SOURCE))
    return compiler.elaborate().top


def collect_enums(top):
    """Enums in order of first use, by name."""
    enums = {}
    for node in top.descendants(unroll=False):
        if isinstance(node, FieldNode) and node.get_property("encode"):
            enum = node.get_property("encode")
            enums.setdefault(enum.__name__, (enum, node.width))
    return enums


def sv_enums(top):
    lines = [f"// {NOTE}", "// SPDX-License-Identifier: Apache-2.0",
             "/// Numbers that RTL and host share.", "package card_csr_enums_pkg;"]
    for name, (enum, width) in collect_enums(top).items():
        lines.append(f"  typedef enum logic [{width - 1}:0] {{")
        prefix = camel(name[:-2])
        members = list(enum)
        for i, member in enumerate(members):
            comma = "," if i + 1 < len(members) else ""
            lines.append(f"    {prefix}{camel(member.name)} = {width}'d{member.value}{comma}")
        lines.append(f"  }} {name};")
    lines.append("  // Slot of each 64-bit counter, counted in counters from the start of their block.")
    for parts, base, strides, _ in registers(top):
        if parts[0] == "counters" and parts[-1] == "lo":
            slot = (base - counters_base(top)) // 8
            lines.append(f"  localparam int unsigned Counter{camel(parts[1])} = {slot};")
    lines += sv_blocks(top) + ["endpackage"]
    return "\n".join(lines) + "\n"


def sv_blocks(top):
    """First offset and bytes of each block, and which counters there are."""
    lines = ["  // Blocks of the map: first offset in BAR0 and size, in bytes."]
    for node in top.children(unroll=False):
        name = camel(node.inst_name)
        lines.append(f"  localparam int unsigned {name}Base = 'h{node.raw_address_offset:05x};")
        lines.append(f"  localparam int unsigned {name}Size = 'h{node.total_size:x};")
    counters = top.find_by_path("counters")
    slots = {node.absolute_address // 8 - counters.absolute_address // 8
             for node in counters.descendants(unroll=True) if isinstance(node, RegNode)}
    bits = sum(1 << slot for slot in slots)
    lines.append("  // Bit n set: the block of counters has slot n.")
    lines.append(f"  localparam logic [{counters.size // 8 - 1}:0] CounterExists =")
    lines.append(f"    {counters.size // 8}'h{bits:x};")
    lines.append("  // Bits of the error latch.")
    for field in top.find_by_path("control.error").fields():
        lines.append(f"  localparam int unsigned ErrorBit{camel(field.inst_name)} = {field.lsb};")
    for name, (enum, _) in collect_enums(top).items():
        if name == "drop_reason_e":
            lines.append(f"  localparam int unsigned NumDropReasons = {len(list(enum))};")
    return lines


def counters_base(top):
    return top.find_by_path("counters").absolute_address


def cxx_enums(top):
    lines = [f"// {NOTE}", "// SPDX-License-Identifier: Apache-2.0", "#pragma once", "",
             "#include <array>", "#include <cstdint>", "#include <string_view>", "",
             "namespace holdfast {", "",
             "/// Name and sentence of one enumerator.",
             "struct EnumText {", "  std::uint32_t value;", "  std::string_view name;",
             "  std::string_view sentence;", "};", ""]
    for name, (enum, _) in collect_enums(top).items():
        kind = camel(name[:-2])
        lines.append(f"enum class {kind} : std::uint8_t {{")
        lines += [f"  k{camel(m.name)} = {m.value}," for m in enum]
        lines += ["};", f"inline constexpr std::array<EnumText, {len(list(enum))}> k{kind}Texts{{{{"]
        for m in enum:
            lines.append(f'    {{{m.value}, "{m.rdl_name or m.name}",')
            lines.append(f'     "{m.rdl_desc or ""}"}},')
        lines += ["}};", f"/// Name of `value`, or \"unknown\".",
                  f"constexpr std::string_view name_of({kind} value) {{",
                  f"  for (const EnumText& text : k{kind}Texts)",
                  "    if (text.value == static_cast<std::uint32_t>(value)) return text.name;",
                  '  return "unknown";', "}", ""]
    lines.append("}  // namespace holdfast")
    return "\n".join(lines) + "\n"


def registers(top):
    """(constant name, offset, stride or 0, count, reg node) of each register, arrays once."""
    for node in top.descendants(unroll=False):
        if not isinstance(node, RegNode):
            continue
        parts, strides, base = [], [], 0
        walk = node
        while walk is not None and walk.parent is not None and walk is not top:
            parts.insert(0, walk.inst_name)
            base += walk.raw_address_offset
            if walk.is_array:
                strides.insert(0, (walk.array_stride, walk.array_dimensions[0]))
            walk = walk.parent
        yield parts, base, strides, node


def cxx_offsets(top):
    lines = [f"// {NOTE}", "// SPDX-License-Identifier: Apache-2.0", "#pragma once", "",
             "#include <cstdint>", "",
             "namespace holdfast::csr {", "",
             "/// Byte offset of a register in BAR0.",
             "enum class CsrOffset : std::uint32_t {};", "",
             "/// One field: its lowest bit and width, in bits.",
             "struct Field {", "  unsigned lsb;", "  unsigned width;",
             "  constexpr std::uint32_t mask() const {",
             "    return (width == 32 ? ~0u : ((1u << width) - 1)) << lsb;", "  }",
             "  constexpr std::uint32_t get(std::uint32_t word) const { return (word & mask()) >> lsb; }",
             "  constexpr std::uint32_t set(std::uint32_t value) const { return (value << lsb) & mask(); }",
             "};", "", "inline constexpr std::uint32_t kBar0Bytes = 0x20000;", ""]
    for parts, base, strides, node in registers(top):
        name = "k" + "".join(camel(p) for p in parts)
        if not strides:
            lines.append(f"inline constexpr CsrOffset {name}{{{base:#07x}}};")
        else:
            args = ["unsigned i", "unsigned j"][:len(strides)]
            terms = " + ".join(f"{v.split()[1]} * {s:#x}u" for v, (s, _) in zip(args, strides))
            lines.append(f"constexpr CsrOffset {name}({', '.join(args)}) {{")
            lines.append(f"  return CsrOffset{{{base:#07x}u + {terms}}};")
            lines.append("}")
        for field in node.fields():
            lines.append(f"inline constexpr Field {name}{camel(field.inst_name)}"
                         f"{{{field.lsb}, {field.width}}};")
    lines += ["", "}  // namespace holdfast::csr"]
    return "\n".join(lines) + "\n"


def walk_table(top):
    """One row a register, unrolled, for tests/rtl/csr: offset, reset, masks by access kind."""
    lines = [f"// {NOTE}", "// SPDX-License-Identifier: Apache-2.0",
             "// name, offset, reset value, mask of bits with a known reset value,",
             "// writable and readable, write-only, write-1-to-clear, read-only."]
    for node in top.descendants(unroll=True):
        if not isinstance(node, RegNode):
            continue
        reset = known = rw = wo = w1c = ro = 0
        for field in node.fields():
            mask = ((1 << field.width) - 1) << field.lsb
            if field.get_property("reset") is not None and field.is_sw_readable:
                known |= mask
                reset |= field.get_property("reset") << field.lsb
            if field.get_property("onwrite"):
                w1c |= mask
            elif field.is_sw_readable and field.is_sw_writable:
                rw |= mask
            elif field.is_sw_writable:
                wo |= mask
            else:
                ro |= mask
        path = node.get_path().split(".", 1)[1]
        lines.append(f'{{"{path}", {node.absolute_address:#07x}, {reset:#010x}, {known:#010x}, '
                     f"{rw:#010x}, {wo:#010x}, {w1c:#010x}, {ro:#010x}}},")
    return "\n".join(lines) + "\n"


def access_word(field):
    if field.get_property("onwrite"):
        return "W1C"
    return {(True, True): "RW", (True, False): "RO", (False, True): "WO"}[
        (field.is_sw_readable, field.is_sw_writable)]


def doc_page(top):
    out = ["# Register reference", "", f"<!-- {NOTE} -->", "",
           str(top.get_property("desc")), "",
           "Access: RO read only, WO write only (reads 0), RW, W1C write 1 to clear.", ""]
    group = None
    for parts, base, strides, node in registers(top):
        owner = node.parent
        while owner.parent is not None and owner.parent is not top and owner is not top:
            owner = owner.parent
        if owner.inst_name != group:
            group = owner.inst_name
            title = owner.get_property("name") if owner is not top else "Others"
            out += [f"## {title}", ""]
            if owner is not top and owner.get_property("desc"):
                out += [str(owner.get_property("desc")), ""]
            out += ["| offset | register | bits | field | access | reset | meaning |",
                    "|---|---|---|---|---|---|---|"]
        array = "".join(f" + {s:#x} × {'ij'[k]} ({'ij'[k]} < {n})"
                        for k, (s, n) in enumerate(strides))
        text = node.get_property("desc") or ""
        for k, field in enumerate(node.fields()):
            bits = f"{field.msb}:{field.lsb}" if field.width > 1 else f"{field.lsb}"
            reset = field.get_property("reset")
            meaning = " ".join(t for t in ((text if k == 0 else ""),
                                           field.get_property("desc") or "") if t)
            if field.get_property("encode"):
                meaning = (meaning + f" See `{field.get_property('encode').__name__}`.").strip()
            out.append(f"| {f'{base:#07x}{array}' if k == 0 else ''} | "
                       f"{'.'.join(parts) if k == 0 else ''} | {bits} | {field.inst_name} | "
                       f"{access_word(field)} | {'' if reset is None else f'{reset:#x}'} | {meaning} |")
        nxt = None
        out.append(None)
    # A blank line only where a group ends.
    text, previous = [], None
    for line in out:
        if line is None:
            continue
        if line.startswith("## ") and previous not in (None, ""):
            text.append("")
        text.append(line)
        previous = line
    text += ["", "## Numbers", ""]
    for name, (enum, _) in collect_enums(top).items():
        text += [f"### `{name}`", "", "| value | name | meaning |", "|---|---|---|"]
        text += [f"| {m.value} | {m.name} | {m.rdl_desc or ''} |" for m in enum] + [""]
    return "\n".join(text).rstrip() + "\n"


def pack_structs(text):
    """Makes structs and arrays packed: Verilator 5.006 cannot index an array inside a struct."""
    text = re.sub(r"\bstruct \{", "struct packed {", text)
    return re.sub(r"(?m)^(\s*(?:\}|logic(?: \[\d+:0\])?|\w+_t)) (\w+)\[(\d+)\];$",
                  lambda m: f"{m[1]} [{int(m[3]) - 1}:0] {m[2]};", text)


FIELD = re.compile(
    r"( +)always_comb begin\n"
    r" +automatic logic (\[\d+:0\]) next_c;\n"
    r" +automatic logic load_next_c;\n"
    r"(.*?)"
    r" +field_combo\.\S+\.next = next_c;\n"
    r" +field_combo\.\S+\.load_next = load_next_c;\n"
    r" +end\n"
    r" +always_ff @\(posedge clk\) begin\n"
    r" +if\(~rst_n\) begin\n"
    r" +(\S+) <= ([^;]+);\n"
    r".*?\n\1end\n", re.DOTALL)


def quiet_field(match):
    """One field as one clocked process that does nothing while nothing happens to the field."""
    indent, width, body, storage, reset = match.groups()
    when = []
    for condition in re.findall(r"if\((.*)\) begin", body):
        when.append("decoded_req" if "decoded_reg_strb" in condition else condition)
    always = re.search(r"else begin", body)
    body = "".join(f"    {line}\n" for line in body.rstrip("\n").split("\n"))
    return (f"{indent}always_ff @(posedge clk) begin\n"
            f"{indent}    automatic logic {width} next_c;\n"
            f"{indent}    automatic logic load_next_c;\n"
            f"{indent}    if(~rst_n) begin\n"
            f"{indent}        {storage} <= {reset};\n"
            f"{indent}    end else " + ("" if always else f"if({' || '.join(when)}) ") + "begin\n"
            f"{body}"
            f"{indent}        if(load_next_c) {storage} <= next_c;\n"
            f"{indent}    end\n"
            f"{indent}end\n")


def quiet(text):
    """Makes the block cheap to simulate: fields, address decoder and read multiplexer work only in
    cycles in which something is asked of them. PeakRDL's own text works in all."""
    text = FIELD.sub(quiet_field, text)
    steps = [(r"    typedef struct \{\n(?:(?!\n    \}).)*\n    \} field_combo_t;\n"
              r"    field_combo_t field_combo;\n", ""),
             (r"(is_valid_rw = '1; // No valid RW check\n)",
              r"\1        decoded_reg_strb = '0;\n        if(cpuif_req_masked) begin\n"),
             (r"(        decoded_err = )", r"        end\n\1"),
             (r"(        readback_data_var = '0;\n)",
              r"\1        if(decoded_req | external_pending) begin\n"),
             (r"(        readback_data = readback_data_var;\n)", r"        end\n\1")]
    for pattern, replacement in steps:
        text, count = re.subn(pattern, replacement, text, flags=re.DOTALL)
        if count != 1:
            raise RuntimeError(f"PeakRDL's output has changed, quiet() does not find: {pattern}")
    if "field_combo" in text:
        raise RuntimeError("PeakRDL's output has changed: quiet() does not know all fields")
    return text


def regblock(folder):
    tool = pathlib.Path(sys.executable).with_name("peakrdl")
    subprocess.run([str(tool), "regblock", str(SOURCE), "-o", str(folder), "--cpuif", "passthrough",
                    "--default-reset", "rst_n", "--err-if-bad-addr"], check=True,
                   stdout=subprocess.DEVNULL)
    for name in ("card_csr.sv", "card_csr_pkg.sv"):
        text = (folder / name).read_text()
        text = re.sub(r"^// Generated by PeakRDL[^\n]*\n(//[^\n]*\n)*", "", text)
        text = "\n".join(line.rstrip() for line in text.split("\n"))
        if name == "card_csr.sv":
            text = quiet(text)
        header = f"// {NOTE}\n// SPDX-License-Identifier: Apache-2.0\n"
        yield SV_DIR / name, header + pack_structs(text)


def outputs():
    top = compile_map()
    with tempfile.TemporaryDirectory() as folder:
        files = dict(regblock(pathlib.Path(folder)))
    files[SV_DIR / "card_csr_enums_pkg.sv"] = sv_enums(top)
    files[CXX_DIR / "csr.h"] = cxx_offsets(top)
    files[CXX_DIR / "csr_enums.h"] = cxx_enums(top)
    files[pathlib.PurePath("tests/rtl/csr/csr_walk_table.inc")] = walk_table(top)
    files[DOC] = doc_page(top)
    return files


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = []
    for name, text in outputs().items():
        path = ROOT / name
        if path.exists() and path.read_text() == text:
            continue
        stale.append(str(name))
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    if check and stale:
        print("out of date: " + ", ".join(stale) + "\nrun: ./dev generate", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
