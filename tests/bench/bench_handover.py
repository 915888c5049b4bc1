# SPDX-License-Identifier: Apache-2.0
"""What a move of the client's address costs the packets under way: Holdfast beside strongSwan's
MOBIKE and wireguard-go, on the network of ./dev demo.

    bench_handover.py BUILD [--long] [--part NAME]...

Writes a line of JSON for each table, figure and note; holdfast-bench makes the report of them.
"""
import argparse
import contextlib
import pathlib
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "demo"))
import captures  # noqa: E402
from bench_lines import figure, note, problem, table  # noqa: E402
from measure import (NEW_FIRST, OLD_GONE, programs_of, rate_carried, run_moves)  # noqa: E402
from products import NO_UPDATES, HoldfastPair, MobikePair, WireguardPair, moves_of  # noqa: E402
from topology import Network, lab  # noqa: E402

RATE = 1000
# The daemon backs off after more than 3 moves in 10 s; wireguard-go may take 15 s for one.
SPACING_S = {"wireguard-go": 20}
RTTS = (0, 20, 100)


class Runs:
    """All runs so far; each is made once, with moves of both kinds."""

    def __init__(self, build, moves, few):
        self.build, self.moves, self.few = pathlib.Path(build), moves, few
        self.programs = programs_of(build)
        self.done, self.rtl_rate = {}, None

    def pair(self, product, network, folder):
        if product == "strongSwan MOBIKE":
            return MobikePair(network, folder)
        if product == "wireguard-go":
            return WireguardPair(network, folder)
        return HoldfastPair(network, folder, self.build / "host/app/holdfastd",
                            "verilated:" if product == "Holdfast, RTL" else "soft:",
                            NO_UPDATES if product == "updates off" else "")

    def get(self, product, rtt, family=4, **more):
        """(result, what was seen on the wire)."""
        key = (product, rtt, family, *sorted(more.items()))
        if key not in self.done:
            self.done[key] = self.run(product, rtt, family, **more)
        return self.done[key]

    def run(self, product, rtt, family, kinds=None, up=RATE, down=RATE, size=64, quiet_s=0):
        count = self.few if product == "wireguard-go" else self.moves
        if kinds is None:
            kinds = (NEW_FIRST,) * count + (OLD_GONE,) * count
        network = Network(self.programs / "holdfast-delay", rtt, family)
        with tempfile.TemporaryDirectory(prefix="holdfast_bench_") as folder, \
                contextlib.ExitStack() as undo:
            undo.callback(network.close)
            pair = self.pair(product, network, folder)
            undo.callback(pair.stop)
            pair.start()
            if product == "Holdfast, RTL":
                self.rtl_rate = self.rtl_rate or rate_carried(self.programs)
                up = down = self.rtl_rate
            path = pathlib.Path(folder) / "wire.pcap"
            recorder = captures.Recorder(self.programs / "holdfast-record", path)
            result = run_moves(network, pair, self.programs, kinds, up, down, size,
                               SPACING_S.get(product, 3.5), quiet_s,
                               progress(f"{product}, RTT {rtt} ms, IPv{family}", len(kinds)))
            missed = recorder.stop()
            seen = captures.read(path)
            seen.missed = missed
        return result, seen


def progress(what, count):
    """Says on stderr how far a run is: on a terminal as one line that changes."""
    def tell(number, kind, _):
        if sys.stderr.isatty():
            print(f"\r\033[K  {what}: {kind}, move {number + 1} of {count}", end="",
                  file=sys.stderr, flush=True)
        elif number == 0:
            print(f"  {what}: {count} moves", file=sys.stderr, flush=True)
    return tell


def both_ways(outcomes, of):
    """Lists of a value for each direction, over all moves."""
    return [of(up) for up, _ in outcomes], [of(down) for _, down in outcomes]


# ---------------------------------------------------------------- parts


def others():
    """Who is here beside us."""
    for name, kind in (("strongSwan MOBIKE", MobikePair), ("wireguard-go", WireguardPair)):
        if missing := kind.missing():
            note(f"{name} is left out: {missing}")
        else:
            yield name


def rows(products):
    """(name of the row, product, RTT, family) of what is run with both kinds of moves."""
    for rtt in RTTS:
        yield f"Holdfast, RTT {rtt} ms", "Holdfast", rtt, 4
    yield "Holdfast, RTT 20 ms, IPv6", "Holdfast", 20, 6
    yield "updates off, RTT 20 ms", "updates off", 20, 4
    for name in products:
        for rtt in RTTS if ARGUMENTS.long and name != "wireguard-go" else (0, 20):
            yield f"{name}, RTT {rtt} ms", name, rtt, 4


def quiet(runs):
    """Longest gaps, to the server and to the client, of an equally long run without a move."""
    result, _ = runs.get("Holdfast", 0, kinds=(), quiet_s=round(3.5 * runs.moves))
    begin, end = result.begin_ns + 500_000_000, result.end_ns - 100_000_000
    return [way.longest_gap(begin, end) / 1e6 for way in (result.up, result.down)]


def tell_gaps(name, title, runs, kind, products, wanted):
    """Median and worst of each row. `wanted` gives the most that is wanted for (is_up, rtt)."""
    found = []
    table(name, f"{title}; median of {runs.moves} moves (wireguard-go: {runs.few})", "ms",
          ("got",), digits=1)
    for what, product, rtt, family in rows(products):
        result, _ = runs.get(product, rtt, family)
        gaps = both_ways(result.outcomes(kind), lambda outcome: outcome.back_ms)
        found.append((what, gaps, result))
        for way, values, is_up in (("to the server", gaps[0], True),
                                   ("to the client", gaps[1], False)):
            most = wanted(is_up, rtt) if product == "Holdfast" else None
            figure(f"{what}, {way}", statistics.median(values), at_most=most)
    table(f"{name}_worst", "the same, worst of all moves; last the worst of a run without moves, "
          "equally long", "ms", ("to server", "to client"), digits=1, has_wanted=False)
    for what, gaps, _ in found:
        figure(what, max(gaps[0]), max(gaps[1]))
    figure("Holdfast, no move", *quiet(runs))
    return found


def tell_lost(name, title, found, kind, of):
    table(name, title, "packets a move", ("to server", "to client"), digits=1,
          has_wanted=kind == NEW_FIRST)
    for what, _, result in found:
        lost = both_ways(result.outcomes(kind), of)
        figure(what, *(statistics.mean(values) for values in lost),
               at_most=0 if kind == NEW_FIRST and what.startswith("Holdfast") else None)


def new_first(runs, products):
    found = tell_gaps("handover.new_first", "longest gap, new path up first", runs, NEW_FIRST,
                      products, lambda is_up, rtt: 2)
    tell_lost("handover.new_first_lost", "lost, new path up first", found, NEW_FIRST,
              lambda outcome: outcome.lost)


def old_gone(runs, products):
    found = tell_gaps("handover.old_gone", "longest gap once the new address is usable, old path "
                      "gone first; to the server less the way there", runs, OLD_GONE, products,
                      lambda is_up, rtt: 2 if is_up else rtt + 2)
    tell_lost("handover.old_gone_lost", "lost, old path gone first, beside those of the 200 ms "
              "without any address", found, OLD_GONE,
              lambda outcome: outcome.lost - outcome.lost_without)


def credit(runs, _):
    """Only the gateway sends, full packets: what its credit holds back."""
    table("handover.credit", "old path gone first, only to the client, 1,400-byte packets, "
          f"{RATE:,} a second: the first that comes, what is lost beside the 200 ms without any "
          "address, the longest gap", "ms; packets; ms", ("first", "lost", "gap"), digits=1,
          has_wanted=False)
    for rtt in RTTS if ARGUMENTS.long else (20,):
        result, _ = runs.get("Holdfast", rtt, kinds=(OLD_GONE,) * runs.moves, up=0, size=1400)
        downs = [down for _, down in result.outcomes()]
        figure(f"Holdfast, RTT {rtt} ms",
               statistics.median(down.first_ms for down in downs),
               statistics.median(down.lost - down.lost_without for down in downs),
               statistics.median(down.back_ms for down in downs))


def rtl(runs, _):
    """The RTL at both ends, at the rate that its clock carries."""
    result, seen = runs.get("Holdfast, RTL", 20)
    table("handover.rtl", f"the RTL at both ends, simulated, {runs.rtl_rate} probes a second each "
          "way, RTT 20 ms: lost", "packets in all", ("to server", "to client"), digits=0)
    lost = both_ways(result.outcomes(NEW_FIRST), lambda outcome: outcome.lost)
    figure("new path up first", *map(sum, lost), at_most=0)
    lost = both_ways(result.outcomes(OLD_GONE),
                     lambda outcome: outcome.lost - outcome.lost_without)
    figure("old path gone first, beside the 200 ms without any address", *map(sum, lost))
    table("handover.rtl_times", "the same: medians; the probes themselves are "
          f"{1000 / runs.rtl_rate:.0f} ms apart", "ms", ("to server", "to client"), digits=1,
          has_wanted=False)
    for kind in (NEW_FIRST, OLD_GONE):
        gaps = both_ways(result.outcomes(kind), lambda outcome: outcome.back_ms)
        figure(f"longest gap, {kind}", *map(statistics.median, gaps))
    times = [us / 1000 for us in moves_of(result.log)]
    table("handover.rtl_binding", "from the kernel's news to bound at both ends: of the moves in "
          "the client's log", "ms", ("median", "worst"), digits=1, has_wanted=False)
    figure(f"Holdfast, RTL, {len(times)} moves", statistics.median(times), max(times))


def messages(runs, products):
    table("handover.messages", "messages of ISAKMP a move (wireguard-go: of its handshake), "
          "median and most; same SA: share of runs that end with the SPIs of their begin", "",
          ("median", "most", "same SA"), digits=1, has_wanted=False)
    for what, product, rtt, family in rows(products):
        result, seen = runs.get(product, rtt, family)
        counts = [seen.messages_between(move.begun_ns, move.end_ns) for move in result.moves]
        same = float(bool(result.spis_before) and result.spis_before == result.spis_after)
        figure(what, statistics.median(counts), max(counts), same)


def wire(runs, _):
    """Over all runs of ours."""
    seen = [one for key, (_, one) in runs.done.items()
            if key[0].startswith(("Holdfast", "updates off"))]
    table("handover.wire", f"on the wire, all {len(seen)} runs of Holdfast", "packets", digits=0)
    figure("ESP packets", sum(one.esp for one in seen))
    figure("with a sequence number or IV used before", sum(one.reused for one in seen), at_most=0)
    figure("in the clear", sum(one.clear for one in seen), at_most=0)
    figure("that the recorder missed", sum(one.missed for one in seen), at_most=0)


PARTS = {"new_first": new_first, "old_gone": old_gone, "credit": credit, "messages": messages,
         "rtl": rtl, "wire": wire}


def main():
    global ARGUMENTS
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--part", action="append", choices=PARTS)
    parser.add_argument("--long", action="store_true", help="20 moves of a kind, all RTTs")
    parser.add_argument("--moves", type=int, help="of a kind")
    parser.add_argument("--only-ours", action="store_true", help="nothing beside Holdfast")
    ARGUMENTS = parser.parse_args()
    lab.enter()
    runs = Runs(ARGUMENTS.build, ARGUMENTS.moves or (20 if ARGUMENTS.long else 3),
                5 if ARGUMENTS.long else 1)
    began = time.monotonic()
    products = [] if ARGUMENTS.only_ours else list(others())
    for name, part in PARTS.items():
        if ARGUMENTS.part and name not in ARGUMENTS.part:
            continue
        try:
            part(runs, products)
        except Exception as error:  # the other parts are still worth their time
            problem(f"{name}: {type(error).__name__}: {error}")
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    note("strongSwan runs its userspace ESP here, which must make new SAs on a move: nothing is "
         f"said about the kernel's ESP; {time.monotonic() - began:.0f} s in all")


if __name__ == "__main__":
    main()
