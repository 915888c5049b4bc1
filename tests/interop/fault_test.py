# SPDX-License-Identifier: Apache-2.0
"""Address updates (docs/protocol/address_update.md) on a network that loses, doubles and delays, at
machines that stop, and at both ends at random.

    fault_test.py HOLDFASTD [unittest arguments]

HOLDFAST_SEED chooses the random moves; it is printed.
"""
import os
import random
import signal
import subprocess
import sys
import time
import unittest

import lab
from accounts import METRICS, adds_up
from flow import Flow
from handover_test import SECOND, Access
from lab import Holdfast, Lab, run
from proxy import Proxy

RATE, SIZE = 100, 300
SECOND_OF_B = "198.51.101.1"
NAT = "198.18.0.66"


class AccessOfB:
    """A second network for gateway b, at the same router."""

    def __init__(self):
        lab.Network.link("b", "other", SECOND_OF_B, "r", "rd", "198.51.101.254")


class Numbers:
    """No pair of SPI and sequence number leaves a gateway twice."""

    def __init__(self):
        self.seen, self.reused = set(), 0

    def see(self, packet):
        if packet.is_esp:
            at = packet.header + (8 if packet.protocol == 17 else 0)
            number = packet.raw[at:at + 8]
            self.reused += number in self.seen
            self.seen.add(number)


class Base(unittest.TestCase):
    more, settings, child_more = "", "", ""

    def setUp(self):
        extra = f"holdfast {{\n{METRICS}{self.settings}}}\n"
        self.net = Lab(Holdfast, Holdfast, more=self.more, extra=extra, child_more=self.child_more)
        self.net.__enter__()
        try:
            self.access = Access()
            self.prepare()
            self.net.a.initiate()
            self.spis = self.net.a.spis()
        except BaseException:
            self.net.__exit__(True, None, None)
            raise

    def prepare(self):
        pass

    def tearDown(self):
        is_bad = self._outcome.result.failures or self._outcome.result.errors
        self.net.__exit__(bool(is_bad), None, None)

    def is_at(self, address):
        return all(f"'a.lab' @ {address}" in gateway.sas() for gateway in (self.net.a, self.net.b))

    def wait_at(self, address, seconds=10):
        lab.wait_for(f"the move to {address}", seconds, lambda: self.is_at(address))

    def go(self, address, keeps_old):
        """The mover's other access network; the one before is lost, or stays."""
        is_second = address == SECOND
        if not keeps_old:
            gone = ((lab.ADDRESS["a"], "wire"), (SECOND, "other"))[not is_second]
            run("ip", "-n", "a", "addr", "del", f"{gone[0]}/24", "dev", gone[1])
        run("ip", "-n", "a", "addr", "replace", f"{address}/24", "dev",
            "other" if is_second else "wire")
        if is_second:
            self.access.prefer_second()
        else:
            self.access.prefer_first()

    def expect_account(self, numbers=None):
        for name in "ab":
            self.assertEqual(adds_up(name), "")
        if numbers:
            self.assertGreater(len(numbers.seen), 100)
            self.assertEqual(numbers.reused, 0, "a sequence number was used twice")


class Messages(Base):
    """UPDATE, ACK, CONFIRM, final ACK: each lost, doubled, late."""

    def test_each_message_lost_doubled_late(self):
        numbers, state = Numbers(), {"number": 0, "which": None, "how": None}

        def decide(packet):
            numbers.see(packet)
            if not packet.is_informational:
                return [(0, packet)]
            state["number"] += 1
            if state["number"] != state["which"]:
                return [(0, packet)]
            return {"lost": [], "doubled": [(0, packet), (0.001, packet)],
                    "late": [(0.4, packet)]}[state["how"]]
        with Proxy(decide=decide), Flow(RATE, SIZE) as flow:
            to, others = SECOND, lab.ADDRESS["a"]
            for which in (1, 2, 3, 4):
                for how in ("lost", "doubled", "late"):
                    with self.subTest(message=which, how=how):
                        state.update(number=0, which=which, how=how)
                        since, keeps_old = time.monotonic(), (which + len(how)) % 2 == 0
                        self.go(to, keeps_old)
                        self.wait_at(to)
                        flow.wait_until_back(since, 10)
                        if keeps_old:
                            self.assertEqual(set(flow.lost(since, time.monotonic() - 0.5).values()),
                                             {0}, "the old path worked")
                        to, others = others, to
                        # Not more than one move in two seconds.
                        time.sleep(max(0, since + 2.1 - time.monotonic()))
            self.assertEqual(self.net.a.spis(), self.spis, "the same SAs")
        self.expect_account(numbers)


class Stopped(Base):
    """One end stops in the middle of a move."""
    more = "dpd_delay = 1s\n dpd_timeout = 5s"

    def test_gateway_killed_during_a_move(self):
        state = {"is_dead": False}

        def decide(packet):
            # Its last words are lost.
            if packet.is_informational and packet.source == lab.ADDRESS["b"]:
                if not state["is_dead"]:
                    self.net.b.process.send_signal(signal.SIGKILL)
                    state["is_dead"] = True
                return []
            return [(0, packet)]
        with Proxy(decide=decide):
            self.go(SECOND, keeps_old=False)
            lab.wait_for("the end of b", 5, lambda: state["is_dead"])
            self.net.b.process.wait(5)
        self.net.b.start()
        # Without an answer within 4 s it negotiates anew.
        lab.wait_for("a new connection", 40, lambda: self.net.a.spis() and
                     not set(self.net.a.spis()) & set(self.spis))
        lab.ping("a")
        lab.ping("b")
        self.expect_account()

    def test_lid_closed_and_opened_elsewhere(self):
        """The machine sleeps for a while, without links, and wakes up in another network."""
        with Flow(RATE, SIZE) as flow:
            self.net.a.process.send_signal(signal.SIGSTOP)
            run("ip", "-n", "a", "addr", "del", f"{lab.ADDRESS['a']}/24", "dev", "wire")
            run("ip", "-n", "a", "link", "set", "wire", "down")
            time.sleep(3)
            since = time.monotonic()
            self.access.add()
            self.access.prefer_second()
            self.net.a.process.send_signal(signal.SIGCONT)
            self.wait_at(SECOND)
            flow.wait_until_back(since, 10)
            self.assertEqual(self.net.a.spis(), self.spis, "the same SAs")

    def test_more_changes_than_netlink_holds(self):
        """Notifications are lost (ENOBUFS); everything is read again."""
        changes = "".join(f"addr {what} 172.16.{i >> 8}.{i & 255}/32 dev other\n"
                          for what in ("add", "del") for i in range(6000))
        batch = self.net.a.folder / "changes"
        batch.write_text(changes)
        with Flow(RATE, SIZE) as flow:
            self.net.a.process.send_signal(signal.SIGSTOP)
            run("ip", "-n", "a", "-batch", batch)
            since = time.monotonic()
            self.go(SECOND, keeps_old=False)
            self.assertGreater(self.dropped_by_netlink(), 0)
            self.net.a.process.send_signal(signal.SIGCONT)
            self.wait_at(SECOND)
            flow.wait_until_back(since, 10)
            self.assertEqual(self.net.a.spis(), self.spis, "the same SAs")


    def dropped_by_netlink(self):
        table = run(*lab.within("a", "cat", "/proc/net/netlink")).stdout.splitlines()
        drops = table[0].split().index("Drops")
        return sum(int(line.split()[drops]) for line in table[1:])


class Quiet(Base):
    """Changes that are no reason to say anything."""

    def said(self, change, seconds=1.5):
        """Informational messages that `change` causes, while the flow goes on."""
        heard = []

        def decide(packet):
            if packet.is_informational:
                heard.append(packet)
            return [(0, packet)]
        with Proxy(decide=decide), Flow(RATE, SIZE) as flow:
            change()
            time.sleep(seconds)
            flow.wait_until_back(time.monotonic() - 0.5, 10)
            self.assertEqual(self.net.a.spis(), self.spis, "the same SAs")
        return len(heard)

    def test_address_removed_and_given_back(self):
        def change():
            run("ip", "-n", "a", "addr", "del", f"{lab.ADDRESS['a']}/24", "dev", "wire")
            time.sleep(0.5)
            run("ip", "-n", "a", "addr", "add", f"{lab.ADDRESS['a']}/24", "dev", "wire")
            self.access.prefer_first()
        self.assertEqual(self.said(change), 0)

    def test_dhcp_renewal_that_keeps_the_address(self):
        def change():
            for lifetime in (3600, 7200):
                run("ip", "-n", "a", "addr", "change", f"{lab.ADDRESS['a']}/24", "dev", "wire",
                    "valid_lft", lifetime, "preferred_lft", lifetime)
                self.access.prefer_first()
        self.assertEqual(self.said(change), 0)

    def test_an_address_that_nobody_prefers(self):
        self.assertEqual(self.said(self.access.add), 0)


class QuietIpv6(unittest.TestCase):
    """Tentative and deprecated addresses are no reason to move."""

    @staticmethod
    def prepare(net):
        for netns, name, address in (("a", "wire", "2001:db8:1::1"), ("r", "ra", "2001:db8:1::fe"),
                                     ("r", "rb", "2001:db8:2::fe"), ("b", "wire", "2001:db8:2::1")):
            run("ip", "-n", netns, "addr", "add", f"{address}/64", "dev", name, "nodad")
        run(*lab.within("r", "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/all/forwarding"))
        for netns, router in (("a", "2001:db8:1::fe"), ("b", "2001:db8:2::fe")):
            run("ip", "-n", netns, "route", "add", "default", "via", router)
            run(*lab.within(netns, "sh", "-c", "cd /proc/sys/net/ipv6/conf/wire && "
                            "echo 2 > accept_dad && echo 20 > dad_transmits"))
        for gateway in (net.a, net.b):
            path = gateway.swanctl_dir / "swanctl.conf"
            path.write_text(path.read_text().replace(lab.ADDRESS["b"], "2001:db8:2::1"))

    def test_tentative_and_deprecated(self):
        with Lab(Holdfast, Holdfast, prepare=self.prepare) as net:
            net.a.initiate()
            spis = net.a.spis()
            self.assertIn("2001:db8:1::1", net.a.sas())
            with Flow(RATE, SIZE) as flow:
                since = time.monotonic()
                run("ip", "-n", "a", "addr", "add", "2001:db8:1::7/64", "dev", "wire")
                self.assertIn("tentative", run("ip", "-n", "a", "addr", "show", "wire").stdout)
                time.sleep(0.5)
                run("ip", "-n", "a", "addr", "change", "2001:db8:1::1/64", "dev", "wire",
                    "preferred_lft", "0", "valid_lft", "3600")
                self.assertIn("deprecated", run("ip", "-n", "a", "addr", "show", "wire").stdout)
                time.sleep(1)
                self.assertEqual(flow.wait_until_back(since, 5), 0, "nothing is lost")
            self.assertEqual(net.a.spis(), spis)
            self.assertIn("'a.lab' @ 2001:db8:1::1", net.b.sas())
            self.assertNotIn("moving from", net.a.log())


class BehindNat(Base):
    """A NAT on the mover's path, which is the proxy."""
    more = "dpd_delay = 1s\n dpd_timeout = 10s"
    offset = 10000

    def prepare(self):
        run("ip", "netns", "add", "x")
        lab.Network.link("x", "wire", NAT, "r", "rx", "198.18.0.254")
        self.proxy = Proxy(hosts={"x": NAT}, decide=self.translate, at_host=self.translate_back)
        self.proxy.__enter__()

    def tearDown(self):
        self.proxy.__exit__()
        super().tearDown()
        run("ip", "netns", "del", "x")

    def translate(self, packet):
        if packet.target != lab.ADDRESS["b"]:
            return []
        return [(0, packet.moved(source=NAT, ports=(packet.ports[0] + self.offset,
                                                    packet.ports[1])))]

    def translate_back(self, packet):
        port = packet.ports[1] - self.offset
        if port not in (500, 4500):
            return []  # a mapping that is gone
        return [(0, packet.moved(target=lab.ADDRESS["a"], ports=(packet.ports[0], port)))]

    def test_only_the_port_changes(self):
        with Flow(RATE, SIZE) as flow:
            for offset in (20000, 30000):
                since, self.offset = time.monotonic(), offset
                back = flow.wait_until_back(since, 15)
                print(f"a new mapping of the NAT is followed after {back:.2f} s")
                self.assertIn(f"{NAT}[{4500 + offset}]", self.net.b.sas())
            self.assertEqual(self.net.a.spis(), self.spis, "the same SAs")
        self.expect_account()


class RandomMoves(Base):
    """Both ends, with loss; one path kept up, and some with none, which must park."""
    more = "dpd_delay = 2s\n dpd_timeout = 8s"
    seconds = 55

    def prepare(self):
        AccessOfB()
        self.at = {"a": lab.ADDRESS["a"], "b": lab.ADDRESS["b"]}
        self.places = {
            "a": {lab.ADDRESS["a"]: ("wire", "192.0.2.254"), SECOND: ("other", "203.0.113.254")},
            "b": {lab.ADDRESS["b"]: ("wire", "198.51.100.254"),
                  SECOND_OF_B: ("other", "198.51.101.254")}}
        self.access.drop()
        run("ip", "-n", "b", "addr", "flush", "dev", "other")

    def bring(self, name, address):
        interface, router = self.places[name][address]
        run("ip", "-n", name, "addr", "replace", f"{address}/24", "dev", interface)
        run("ip", "-n", name, "route", "replace", "default", "via", router, "src", address)
        self.at[name] = address

    def take(self, name, address):
        run("ip", "-n", name, "addr", "del", f"{address}/24", "dev", self.places[name][address][0])

    def other(self, name):
        return next(address for address in self.places[name] if address != self.at[name])

    def move(self, rng):
        """One random move; says what it was."""
        name, old = rng.choice("ab"), None
        kind = rng.choice(("new first", "old gone", "old gone", "nothing meanwhile"))
        old = self.at[name]
        to = self.other(name) if kind != "nothing meanwhile" else rng.choice(list(self.places[name]))
        if kind == "new first":
            self.bring(name, to)
            time.sleep(0.8)
            self.take(name, old)
            return f"{name}: {kind}"
        self.take(name, old)
        if kind == "nothing meanwhile":
            time.sleep(rng.uniform(0.2, 1.5))
        self.bring(name, to)
        return f"{name}: {kind}"

    def test_random_moves_of_both_ends(self):
        seed = int(os.environ.get("HOLDFAST_SEED", "6"))
        rng, weather, numbers = random.Random(seed), random.Random(seed + 1), Numbers()

        def decide(packet):
            numbers.see(packet)
            if not packet.ike:
                return [(0, packet)]
            if weather.random() < 0.15:
                return []
            copies = 2 if weather.random() < 0.1 else 1
            return [(weather.choice((0, 0, 0, 0.05, 0.3)), packet) for _ in range(copies)]
        done, kinds, longest, end = 0, {}, 0, time.monotonic() + self.seconds
        with Proxy(decide=decide), Flow(RATE, SIZE) as flow:
            while time.monotonic() < end:
                since = time.monotonic()
                kind = self.move(rng)
                moved = time.monotonic()
                with self.subTest(seed=seed, move=done, kind=kind):
                    longest = max(longest, flow.wait_until_back(moved, 25))
                done += 1
                kinds[kind] = kinds.get(kind, 0) + 1
                # Not more than one move in two seconds, beyond the first three.
                time.sleep(max(0, since + 1.2 - time.monotonic()))
            self.assertEqual(flow.doubled(), 0)
        print(f"{done} random moves, HOLDFAST_SEED={seed}: {kinds}; whole again after at most "
              f"{longest:.2f} s; {len(numbers.seen)} ESP packets")
        self.assertGreater(done, 10)
        self.expect_account(numbers)


if __name__ == "__main__":
    lab.enter()
    Holdfast.program = sys.argv.pop(1)
    unittest.main(verbosity=2)
