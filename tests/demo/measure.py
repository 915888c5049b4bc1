# SPDX-License-Identifier: Apache-2.0
"""Probes through a tunnel while the client changes its network, and what became of them."""
import bisect
import dataclasses
import pathlib
import statistics
import subprocess
import time

from machine import pin
from topology import CLIENT, SERVER, Shell, other, within

MS = 1_000_000  # nanoseconds
DOWN_MS = 200  # how long the client has no address when its old network is gone first
KEEP_MS = 500  # how long it keeps the old address when the new network is up first
LOOK_MS = 1000  # a gap counts for a move if it begins as long after it
BEFORE_MS = 20  # or so little before it
END_MS = 100  # before the next move nothing is looked at for as long
NEW_FIRST, OLD_GONE = "new path up first", "old path gone first"


@dataclasses.dataclass
class Direction:
    """One direction of the probes, judged at its receiver."""
    sent: int
    first_ns: int
    interval_ns: int
    numbers: list = dataclasses.field(default_factory=list)  # in the order of arrival
    sent_ns: list = dataclasses.field(default_factory=list)
    arrived_ns: list = dataclasses.field(default_factory=list)

    def scheduled(self, number):
        return self.first_ns + number * self.interval_ns

    def numbers_between(self, begin_ns, end_ns):
        """Numbers that were to be sent in this time."""
        if not self.interval_ns:
            return range(0)
        first = max(0, -(-(begin_ns - self.first_ns) // self.interval_ns))
        last = max(0, -(-(end_ns - self.first_ns) // self.interval_ns))
        return range(min(first, self.sent), min(last, self.sent))

    def lost_between(self, begin_ns, end_ns):
        arrived = set(self.numbers)
        return [n for n in self.numbers_between(begin_ns, end_ns) if n not in arrived]

    def doubled(self):
        return len(self.numbers) - len(set(self.numbers))

    def transit_ns(self):
        """Median time from sender to receiver."""
        return int(statistics.median(b - a for a, b in zip(self.sent_ns, self.arrived_ns))) \
            if self.numbers else 0

    def longest_gap(self, begin_ns, end_ns, latest_ns=None):
        """Longest time without an arrival between the two, which count as arrivals; of the gaps
        that begin before `latest_ns`."""
        first = bisect.bisect_right(self.arrived_ns, begin_ns)
        last = bisect.bisect_left(self.arrived_ns, end_ns)
        points = [begin_ns, *self.arrived_ns[first:last], end_ns]
        return max((b - a for a, b in zip(points, points[1:])
                    if latest_ns is None or a <= latest_ns), default=0)


class Probes:
    """One at the client, one at the server; `up` and `down` are packets a second each way."""

    def __init__(self, program, up, down, size=64, linger_ms=1200):
        self.running = {}
        for netns, own, peer, rate, more in (("client", CLIENT, SERVER, up, ["--events"]),
                                             ("server", SERVER, CLIENT, down, [])):
            self.running[netns] = subprocess.Popen(
                within(netns, program, "--own", own, "--peer", peer, "--rate", str(rate),
                       "--size", str(size), "--linger", str(linger_ms), *more),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for netns, process in self.running.items():
            if process.stdout.readline() != "ready\n":
                raise AssertionError(f"the probe at the {netns} does not start")
        self.begin_ns = time.monotonic_ns() + 50 * MS
        for process in self.running.values():
            process.stdin.write(f"{self.begin_ns}\n")
            process.stdin.flush()

    def stop(self):
        """Ends them; returns both directions and what the kernel told at the client."""
        for process in self.running.values():
            process.stdin.close()
        said = {netns: process.stdout.read().splitlines()
                for netns, process in self.running.items()}
        for process in self.running.values():
            process.wait(20)
        directions = {netns: direction_of(lines) for netns, lines in said.items()}
        # Each end knows what it sent and what it received, which is the other direction.
        up, down = (Direction(*directions[sender][0], *directions[receiver][1])
                    for sender, receiver in (("client", "server"), ("server", "client")))
        events = [(int(at), what) for word, at, what in
                  (line.split(" ", 2) for line in said["client"] if line.startswith("event "))]
        return up, down, events


def direction_of(lines):
    """((sent, first, interval), (numbers, sent, arrived)) of one end."""
    count, first, interval, _ = map(int, lines[0].split()[1:])
    rows = [line.split() for line in lines if line.startswith("r ")]
    return (count, first, interval), tuple([int(row[column]) for row in rows]
                                           for column in (1, 2, 3))


@dataclasses.dataclass
class Move:
    kind: str
    access: str  # where to
    begun_ns: int  # the old address is gone, or the new one there
    usable_ns: int  # the kernel tells the default route of the new network
    end_ns: int  # the next move, or the end


class Mover:
    """Changes the client's network, and finds the kernel's stamps for it afterwards."""

    def __init__(self, network):
        self.network, self.done = network, []
        self.shell = Shell("client", network.family)

    def move(self, kind, then_s):
        """Returns after `then_s` seconds in all."""
        begin = time.monotonic()
        old, new = self.network.access, other(self.network.access)
        self.done.append((kind, new))
        is_last = kind == OLD_GONE
        comes, goes = self.network.attaching(new), self.network.detaching(old, is_last)
        first, pause_ms, second = (goes, DOWN_MS, comes) if is_last else (comes, KEEP_MS, goes)
        self.shell.do(*first)
        time.sleep(max(0, begin + pause_ms / 1000 - time.monotonic()))
        self.shell.do(*second)
        self.network.access = new
        time.sleep(max(0, begin + then_s - time.monotonic()))

    def close(self):
        self.shell.close()

    def moves(self, events, end_ns):
        """The moves with the kernel's stamps."""
        found, after = [], 0
        for kind, access in self.done:
            def stamp(what):
                return next(at for at, told in events if at > after and told.startswith(what))
            usable = stamp(f"newroute IPV{self.network.family} acc{access}")
            begun = usable if kind == NEW_FIRST else \
                stamp(f"deladdr {self.network.address(other(access))}")
            found.append(Move(kind, access, begun, usable, end_ns))
            after = usable
        for move, following in zip(found, found[1:]):
            move.end_ns = following.begun_ns
        return found


@dataclasses.dataclass
class Outcome:
    """What one direction saw of one move. Gaps are those that begin within a second of it."""
    gap_ms: float  # longest time without an arrival
    back_ms: float  # the same from when the new network was usable; for uplink less one transit
    first_ms: float  # from then until the first arrival, counted likewise
    lost: int
    lost_without: int  # of them, those of the time without any network
    sent: int


def outcome_of(direction, move, is_up):
    transit = direction.transit_ns()
    begin, end = move.begun_ns - BEFORE_MS * MS, move.end_ns - END_MS * MS
    latest = move.usable_ns + LOOK_MS * MS
    start = move.usable_ns + (transit if is_up else 0)
    gap = direction.longest_gap(begin, end, latest)
    back = gap if move.kind == NEW_FIRST else direction.longest_gap(start, end, latest)
    first = bisect.bisect_right(direction.arrived_ns, start)
    first_at = direction.arrived_ns[first] if first < len(direction.arrived_ns) else end
    lost = direction.lost_between(begin - transit, end - transit)
    # What would have reached the client while it had no network, or left it then.
    early = 0 if is_up else transit
    without = [n for n in lost if move.begun_ns - early <= direction.scheduled(n)
               < move.usable_ns - early]
    sent = len(direction.numbers_between(begin - transit, end - transit))
    return Outcome(gap / MS, back / MS, (first_at - start) / MS, len(lost), len(without), sent)


def still_gap_ms(direction, move):
    """The longest gap of a time as long as that of a move, in which nothing moves: just before the
    next one. None where the move is not over by then."""
    end = move.end_ns - END_MS * MS
    begin = end - (BEFORE_MS + LOOK_MS) * MS
    is_over = begin > move.usable_ns + LOOK_MS * MS
    return direction.longest_gap(begin, end) / MS if is_over else None


@dataclasses.dataclass
class Result:
    """A run: moves, both directions, and what it cost."""
    begin_ns: int
    end_ns: int
    up: Direction
    down: Direction
    moves: list
    spis_before: list
    spis_after: list
    cpu_s: tuple = (0, 0)
    log: str = ""

    def moves_of(self, kind=None, access=None):
        """Perhaps of one kind only, and to one network."""
        return [move for move in self.moves
                if kind in (None, move.kind) and access in (None, move.access)]

    def outcomes(self, kind=None, access=None):
        """(up, down) of each of these moves."""
        return [(outcome_of(self.up, move, True), outcome_of(self.down, move, False))
                for move in self.moves_of(kind, access)]

    def still_gaps(self, kind):
        """Lists for up and down: what the same measurement says where nothing moves."""
        return [[gap for move in self.moves_of(kind)
                 if (gap := still_gap_ms(way, move)) is not None] for way in (self.up, self.down)]


def run_moves(network, pair, programs, kinds, up, down, size=64, spacing_s=3.5,
              tell=lambda number, kind, access: None, core=None):
    """Probes through `pair`, which is up, and one move for each of `kinds`. `core`: where the
    probes run."""
    before, cpu = pair.spis(), pair.seconds()
    probes = Probes(programs / "holdfast-probe", up, down, size)
    if core is not None:
        pin([process.pid for process in probes.running.values()], core)
    time.sleep(1)
    mover = Mover(network)
    for number, kind in enumerate(kinds):
        tell(number, kind, other(network.access))
        mover.move(kind, spacing_s)
    end_ns = time.monotonic_ns()
    mover.close()
    up_way, down_way, events = probes.stop()
    cpu_s = tuple(late - early for early, late in zip(cpu, pair.seconds()))
    return Result(probes.begin_ns, end_ns, up_way, down_way, mover.moves(events, end_ns), before,
                  pair.spis(), cpu_s, pair.log(None))


def carries(programs, rate):
    """Whether so many probes a second each way arrive, and in time."""
    probes = Probes(programs / "holdfast-probe", rate, rate, linger_ms=60)
    time.sleep(1)
    up, down, _ = probes.stop()
    return all(len(way.numbers) > 0.9 * way.sent and way.transit_ns() < 35 * MS
               for way in (up, down))


def rate_carried(programs):
    """Probes a second each way for simulated hardware: half of what it carries, because moves and
    other work need time as well."""
    return next((rate for rate in (400, 200, 100, 50) if carries(programs, rate)), 25) // 2


def programs_of(build):
    return pathlib.Path(build) / "tests/demo"
