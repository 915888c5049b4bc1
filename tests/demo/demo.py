# SPDX-License-Identifier: Apache-2.0
"""Shows what the project is for: the address of a client moves, and its connection stays.

    demo.py BUILD [--card CARD] [--out FOLDER] [--short] [--rtt MS]

Everything happens in network namespaces of its own; no root is needed. FOLDER gets captures, keys
for Wireshark, a picture, and the table as JSON.
"""
import argparse
import dataclasses
import json
import pathlib
import shutil
import sys
import tempfile
import time

import captures
import picture
import small_picture
from measure import MS, NEW_FIRST, OLD_GONE, programs_of, rate_carried, run_moves
from products import NO_UPDATES, HoldfastPair, MobikePair
from topology import ACCESS, Network, lab

SOFT_RATE = 1000
HELLO = """\
Holdfast: the address moves, the connection stays

    client ──┬── network A {a} ────┐
             │                            router ~ {rtt:g} ms ~ gateway ── server
             └── network B {b} ──┘

A client talks to a server through an IPsec tunnel. Numbered probes run both ways; each is judged
where it arrives. {count} times the client changes its network, as a laptop does between Wi-Fi and
mobile: first with both networks up for a moment, then with none at all for 200 ms.
"""


@dataclasses.dataclass
class Run:
    """What is shown of one pair of daemons."""
    name: str  # of its files
    title: str
    result: object
    seen: object
    lines: list


def say(text="", end="\n"):
    print(text, end=end, flush=True)


# ---------------------------------------------------------------- runs


class Demo:
    def __init__(self, options):
        self.options, self.out = options, pathlib.Path(options.out)
        self.programs = programs_of(options.build)
        self.keys = self.out / "wireshark"
        kinds = (NEW_FIRST, OLD_GONE) if options.short else \
            (NEW_FIRST, NEW_FIRST, OLD_GONE, OLD_GONE)
        self.kinds, self.rate, self.runs = kinds, None, []

    def holdfast(self, settings="", keys=None):
        def make(network, folder):
            return HoldfastPair(network, folder, f"{self.options.build}/host/app/holdfastd",
                                self.options.card, settings, keys)
        return make

    def run(self, name, title, make):
        """Builds the network, lets two daemons connect, moves, and tells what became of it."""
        say(f"\n▶ {title}")
        network = Network(self.programs / "holdfast-delay", self.options.rtt)
        with tempfile.TemporaryDirectory(prefix="holdfast_demo_") as folder:
            pair = make(network, folder)
            try:
                recorder = captures.Recorder(self.programs / "holdfast-record",
                                             self.out / f"{name}.pcap")
                began = time.monotonic()
                pair.start()
                say(f"  connected in {1000 * (time.monotonic() - began):.0f} ms, "
                    f"daemons' start included; SPI {', '.join(pair.spis())}")
                self.find_rate()
                result = run_moves(network, pair, self.programs, self.kinds, self.rate, self.rate,
                                   tell=tell_move)
                if missed := recorder.stop():
                    say(f"  (the capture lacks {missed} packets)")
                (self.out / f"{name}.log").write_text(result.log)
            except BaseException:
                say(pair.log())
                raise
            finally:
                pair.stop()
                network.close()
        run = Run(name, title, result, captures.read(self.out / f"{name}.pcap"), [])
        run.lines = lines_of(run)
        self.runs.append(run)
        tell_table(run)

    def run_mobike(self):
        reason = MobikePair.missing()
        if not reason:
            try:
                self.run("mobike", "strongSwan, IKEv2 with MOBIKE", MobikePair)
                return
            except AssertionError as error:  # of others: ours is shown all the same
                reason = str(error)
        say(f"\nstrongSwan with MOBIKE is left out: {reason}")

    def find_rate(self):
        """As many probes a second as the simulated clock carries; once, before the first run."""
        if self.rate:
            return
        self.rate = self.options.rate or SOFT_RATE
        if self.options.card.startswith("verilated") and not self.options.rate:
            say("  how many probes does the simulated hardware carry? ", end="")
            self.rate = rate_carried(self.programs)
            say(f"{2 * self.rate} a second each way; {self.rate} are sent")


def tell_move(number, kind, access):
    old = "B" if access == "A" else "A"
    say(f"  {number + 1}  {old} → {access}  {ACCESS[4][old][0]} → {ACCESS[4][access][0]}, {kind}")


# ---------------------------------------------------------------- what is told


def rows_of(run):
    """One for each move."""
    for move, (up, down) in zip(run.result.moves, run.result.outcomes()):
        yield {"access": move.access, "kind": move.kind, "gap_up_ms": round(up.gap_ms, 2),
               "gap_down_ms": round(down.gap_ms, 2), "back_up_ms": round(up.back_ms, 2),
               "back_down_ms": round(down.back_ms, 2), "lost_up": up.lost,
               "lost_down": down.lost,
               "messages": run.seen.messages_between(move.begun_ns, move.end_ns)}


def tell_table(run):
    say(f"\n  {'':27}{'longest gap, ms':>16}{'probes lost':>15}{'back after, ms':>18}"
        f"{'ISAKMP':>11}\n  {'move':27}{'up':>8}{'down':>8}{'up':>8}{'down':>7}{'up':>10}"
        f"{'down':>8}{'messages':>11}")
    for row in rows_of(run):
        old = "B" if row["access"] == "A" else "A"
        back = ("–", "–") if row["kind"] == NEW_FIRST else \
            (f"{row['back_up_ms']:.0f}", f"{row['back_down_ms']:.0f}")
        say(f"  {old} → {row['access']}, {row['kind']:20}{row['gap_up_ms']:8.0f}"
            f"{row['gap_down_ms']:8.0f}{row['lost_up']:8}{row['lost_down']:7}{back[0]:>10}"
            f"{back[1]:>8}{row['messages']:11}")
    say()
    for line in run.lines:
        say(f"  {line}")


def is_same_sa(run):
    return run.result.spis_before == run.result.spis_after


def lines_of(run):
    result = run.result
    after = result.spis_after
    return [f"SPI before: {', '.join(result.spis_before)}",
            f"after: {', '.join(after[:2])}{' …' if len(after) > 2 else ''}; " +
            ("the same SA" if is_same_sa(run) else "another SA"),
            f"a probe takes {result.up.transit_ns() / MS:.1f} ms up, "
            f"{result.down.transit_ns() / MS:.1f} ms down",
            f"CPU: client {result.cpu_s[0]:.2f} s, gateway {result.cpu_s[1]:.2f} s, for",
            f"{result.up.sent + result.down.sent:,} probes and {len(result.moves)} moves"]


def tell_end(demo):
    say("\n──────── What was seen")
    for run in demo.runs:
        rows = list(rows_of(run))
        first = [row for row in rows if row["kind"] == NEW_FIRST]
        gone = [row for row in rows if row["kind"] == OLD_GONE]
        lost = sum(row["lost_up"] + row["lost_down"] for row in first)
        fate = "the same SA from beginning to end: keys, sequence numbers, replay window" \
            if is_same_sa(run) else "other SAs were negotiated"
        say(f"\n{run.title}: {fate}.\n  Both networks up for a moment: {lost or 'no'} probes lost, "
            f"longest gap {worst(first, 'gap_up_ms', 'gap_down_ms')} ms.\n  No network for 200 ms: "
            f"when there is one again, packets arrive at the server after "
            f"{worst(gone, 'back_up_ms')} ms,\n  at the client after {worst(gone, 'back_down_ms')} "
            f"ms; the round trip is {demo.options.rtt:g} ms.")
    say(f"\nOn the wire: {sum(run.seen.esp for run in demo.runs):,} ESP packets; "
        f"{sum(run.seen.reused for run in demo.runs)} with a sequence number or IV used before, "
        f"{sum(run.seen.clear for run in demo.runs)} packets in the clear.")
    tell_files(demo)


def worst(rows, *columns):
    return f"{max(row[column] for row in rows for column in columns):.0f}"


def tell_files(demo):
    out, first = demo.options.out, demo.runs[0].name
    others = ", ".join(f"{run.name}.pcap" for run in demo.runs[1:])
    say(f"\nIn {out}/:\n"
        "  picture.png, .svg   delivery over time, all runs, the moves marked: look at this first\n"
        "  picture_small.svg   only the moves, side by side, for a page\n"
        "  table.json          the figures above\n"
        f"  {first}.pcap       what passed the router; beside it {others}\n"
        "  wireshark/          keys of Holdfast's runs; Wireshark opens ISAKMP and ESP with them:\n"
        f"                      WIRESHARK_CONFIG_DIR={out}/wireshark wireshark {out}/{first}.pcap\n"
        "\nNext: docs/getting_started.md for two daemons of your own; ./dev bench handover for "
        "the figures.")


def draw(demo):
    card = {"soft:": "software card", "verilated:": "simulated RTL"}.get(
        demo.options.card, f"card {demo.options.card}")
    how = (f"{demo.rate:,} probes a second each way through an IPsec tunnel, round trip "
           f"{demo.options.rtt:g} ms, {card}")
    picture.draw(demo.runs, how, demo.out / "picture")
    small_picture.draw([(run, "the same SA at the end" if is_same_sa(run) else
                         "other SAs at the end") for run in demo.runs], how,
                       demo.out / "picture_small.svg")


def write_table(demo):
    table = {"card": demo.options.card, "probes_a_second": demo.rate, "rtt_ms": demo.options.rtt,
             "runs": [{"name": run.name, "title": run.title, "moves": list(rows_of(run)),
                       "spis_before": run.result.spis_before,
                       "spis_after": run.result.spis_after, "cpu_s": run.result.cpu_s,
                       "sent": run.result.up.sent + run.result.down.sent, "esp": run.seen.esp,
                       "reused": run.seen.reused, "clear": run.seen.clear}
                      for run in demo.runs]}
    (demo.out / "table.json").write_text(json.dumps(table, indent=1) + "\n")


def parse():
    parser = argparse.ArgumentParser(prog="./dev demo")
    parser.add_argument("build", help=argparse.SUPPRESS)  # ./dev gives it
    parser.add_argument("--card", default="verilated:",
                        help="verilated: (the RTL, simulated; default) or soft: (1,000 probes a "
                        "second)")
    parser.add_argument("--out", default="build/demo", help="where the files go")
    parser.add_argument("--rtt", type=float, default=20, help="round-trip time in ms")
    parser.add_argument("--rate", type=int, help="probes a second each way")
    parser.add_argument("--short", action="store_true", help="two moves, Holdfast only")
    return parser.parse_args()


def main():
    options = parse()
    lab.enter()
    demo = Demo(options)
    demo.out.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(demo.keys, ignore_errors=True)
    captures.wireshark_folder(demo.keys)
    say(HELLO.format(a=ACCESS[4]["A"][0], b=ACCESS[4]["B"][0], rtt=options.rtt,
                     count="Two" if options.short else "Four"))
    is_rtl = options.card.startswith("verilated")
    card = "the RTL of the card, simulated," if is_rtl else f"card {options.card}"
    say(f"Both ends run holdfastd with {card}: about a minute from here." +
        ("\nEvery packet is worked on by the circuit, clock by clock: so times are longer than the "
         "way alone." if is_rtl else ""))
    demo.run("holdfast", "Holdfast, with address updates", demo.holdfast(keys=demo.keys.resolve()))
    demo.run("no_updates", "Holdfast, address updates switched off",
             demo.holdfast(NO_UPDATES, demo.keys.resolve()))
    if not options.short:
        demo.run_mobike()
    draw(demo)
    write_table(demo)
    tell_end(demo)


if __name__ == "__main__":
    try:
        main()
    except AssertionError as error:  # something of the machine, or of the network, is not there
        sys.exit(f"error: {error}")
