# SPDX-License-Identifier: Apache-2.0
"""What a move of the client's address costs the packets under way: Holdfast beside strongSwan's
MOBIKE and wireguard-go, on the network of ./dev demo.

    bench_handover.py BUILD [--long] [--part NAME]...

Writes a line of JSON for each table, figure and note; holdfast-bench makes the report of them.
"""
import argparse
import contextlib
import os
import pathlib
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "demo"))
import captures  # noqa: E402
from bench_lines import figure, note, problem, table  # noqa: E402
from measure import MS, NEW_FIRST, OLD_GONE, programs_of, rate_carried, run_moves  # noqa: E402
from machine import pin, prefer  # noqa: E402
from products import NO_UPDATES, HoldfastPair, MobikePair, WireguardPair, moves_of  # noqa: E402
from topology import ACCESS, WAN, Network, lab  # noqa: E402

RATE = 1000
# After three moves in 10 s the daemon makes one in 2 s at most; wireguard-go may take 15 s for one.
SPACING_S = {"wireguard-go": 20}
RTTS = (0, 20, 100)
PRIORITY = 10  # of the daemons, below that of the probes


class Runs:
    """All runs so far; each is made once, with moves of both kinds."""

    def __init__(self, build, moves, few):
        self.build, self.moves, self.few = pathlib.Path(build), moves, few
        self.programs = programs_of(build)
        self.done, self.rtl_rate, self.is_preferred = {}, None, True

    def pair(self, product, network, folder):
        if product == "strongSwan MOBIKE":
            return MobikePair(network, folder)
        if product == "wireguard-go":
            return WireguardPair(network, folder)
        return HoldfastPair(network, folder, self.build / "host/app/holdfastd",
                            "verilated:" if product == "Holdfast, RTL" else "soft:",
                            NO_UPDATES if product == "updates off" else "")

    def settle(self, network, pair):
        """Daemons, wire and probes share a core, so that what stops the others does not count, and
        run before all other programs. Returns the core. Not for the RTL: it works all the time, so
        that nothing else would have a turn."""
        core = max(os.sched_getaffinity(0))
        delay = [network.delay.pid] if network.delay else []
        pin([*pair.pids(), *delay], core)
        self.is_preferred = prefer(pair.pids(), PRIORITY) and self.is_preferred
        return core

    def get(self, product, rtt, family=4, **more):
        """(result, what was seen on the wire)."""
        key = (product, rtt, family, *sorted(more.items()))
        if key not in self.done:
            self.done[key] = self.run(product, rtt, family, **more)
        return self.done[key]

    def run(self, product, rtt, family, kinds=None, up=RATE, down=RATE, size=64):
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
            core = None
            if product == "Holdfast, RTL":
                self.rtl_rate = self.rtl_rate or rate_carried(self.programs)
                up = down = self.rtl_rate
            else:
                core = self.settle(network, pair)
            path = pathlib.Path(folder) / "wire.pcap"
            recorder = captures.Recorder(self.programs / "holdfast-record", path)
            result = run_moves(network, pair, self.programs, kinds, up, down, size,
                               SPACING_S.get(product, 2.5), progress(
                                   f"{product}, RTT {rtt} ms, IPv{family}", len(kinds)), core)
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


BESIDE = ("worst", "no move", "its worst")
NO_MOVE = "no move: the same of as many times as long without one, in the same run"


def tell_gaps(name, title, runs, kind, products, wanted):
    """`wanted` gives the most that is wanted of the median for (is_up, rtt)."""
    found = []
    table(name, f"{title}; median and worst of {runs.moves} moves (wireguard-go: {runs.few}); "
          f"{NO_MOVE}", "ms", ("median", *BESIDE), digits=1)
    for what, product, rtt, family in rows(products):
        result, _ = runs.get(product, rtt, family)
        gaps = both_ways(result.outcomes(kind), lambda outcome: outcome.back_ms)
        found.append((what, result))
        for way, values, still, is_up in zip(("to the server", "to the client"), gaps,
                                             result.still_gaps(kind), (True, False)):
            figure(f"{what}, {way}", statistics.median(values),
                   beside=(max(values), statistics.median(still), max(still)),
                   at_most=wanted(is_up, rtt) if product == "Holdfast" else None)
        tell_networks(what, result, kind)
    if not runs.is_preferred:
        note("nothing had priority over other programs of this machine: that takes root")
    return found


def tell_networks(what, result, kind):
    """A median hides it where moves to one network are of another kind than moves to the other."""
    medians = {access: statistics.median(gaps) for access in "AB"
               if (gaps := [max(up.back_ms, down.back_ms) for up, down in
                            result.outcomes(kind, access)])}
    if len(medians) == 2 and max(medians.values()) > 3 * min(medians.values()):
        note(f"{what}: " + ", ".join(f"to network {access} {median:.1f} ms"
                                     for access, median in medians.items()))


def tell_lost(name, title, found, kind, of):
    table(name, title, "packets a move", ("to server", "to client"), digits=1,
          has_wanted=kind == NEW_FIRST)
    for what, result in found:
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


def switch(runs, products):
    """The daemon's own part, without the way of the probes to their receiver."""
    table("handover.switch", "from the kernel's word that the new path is usable to the first ESP "
          "packet on it, at the router; to the client with half of the round trip; without what "
          "has no ESP", "ms", ("to server", "worst", "to client", "its worst"), digits=1,
          has_wanted=False)
    for kind in (NEW_FIRST, OLD_GONE):
        for what, product, rtt, family in rows(products):
            result, seen = runs.get(product, rtt, family)
            times = switch_times(result.moves_of(kind), seen, family)
            if all(times):
                figure(f"{what}, {kind}", *(value for way in times
                                            for value in (statistics.median(way), max(way))))


def switch_times(moves, seen, family):
    """Lists for both ways, in ms, of the moves after which ESP came on the new path."""
    gateway, found = WAN[family][1], ([], [])
    for move in moves:
        client = ACCESS[family][move.access][0]
        for times, ends in zip(found, ((client, gateway), (gateway, client))):
            at = seen.switched_ns(*ends, move.begun_ns, move.end_ns)
            if at is not None:
                times.append((at - move.usable_ns) / MS)
    return found


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


PARTS = {"new_first": new_first, "old_gone": old_gone, "switch": switch, "credit": credit,
         "messages": messages, "rtl": rtl, "wire": wire}


def main():
    global ARGUMENTS
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--part", action="append", choices=PARTS)
    parser.add_argument("--long", action="store_true", help="20 moves of a kind, all RTTs")
    parser.add_argument("--moves", type=int, help="of a kind")
    parser.add_argument("--only-ours", action="store_true", help="nothing beside Holdfast")
    ARGUMENTS = parser.parse_args()
    lab.enter(keeps_root=True)
    runs = Runs(ARGUMENTS.build, ARGUMENTS.moves or (20 if ARGUMENTS.long else 3),
                3 if ARGUMENTS.long else 1)
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
