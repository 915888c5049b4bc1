# SPDX-License-Identifier: Apache-2.0
"""Attacks on address updates by programs on the network, with what they divert counted at the
attacker's host (docs/protocol/security.md).

    attack_test.py HOLDFASTD FOLDER [unittest arguments]

prints a table at the end and writes it to FOLDER/attacks.txt. The attacker owns the router on the
path, so that he sees, holds, changes, doubles and forges whatever he wants, and a host beyond it.
"""
import json
import pathlib
import sys
import time
import unittest

import lab
from accounts import METRICS, adds_up, metrics
from flow import Flow
from handover_test import SECOND, Access
from lab import Holdfast, Lab, run, within
from proxy import Proxy

HOST = "198.18.0.66"
RATE, SIZE = 200, 600  # packets a second each way; bytes
ROWS = []


class Attacker:
    """His host x, and his hand on the router."""

    def __init__(self, decide=None, at_host=None):
        self.proxy = Proxy(hosts={"x": HOST}, decide=decide, at_host=at_host)

    def __enter__(self):
        run("ip", "netns", "add", "x")
        lab.Network.link("x", "wire", HOST, "r", "rx", "198.18.0.254")
        # He says nothing that he does not mean to say.
        run(*within("x", "nft", "table ip silent { chain in { type filter hook input priority "
                    "filter; policy drop; }; }"))
        self.proxy.__enter__()
        return self

    def __exit__(self, *arguments):
        self.proxy.__exit__(*arguments)
        run("ip", "netns", "del", "x")

    @property
    def got(self):
        return self.proxy.sinks["x"]

    @property
    def sent_bytes(self):
        """By datagrams that seemed to come from his host."""
        return self.proxy.sent_bytes_from.get(HOST, 0)


class Base(unittest.TestCase):
    settings, dpd = "", ""

    def setUp(self):
        update = f"address_update {{\n{self.settings}\n}}\n" if self.settings else ""
        self.net = Lab(Holdfast, Holdfast, more=self.dpd, extra=f"holdfast {{\n{METRICS}{update}}}\n",
                       prepare=self.prepare)
        self.net.__enter__()
        self.log, self.captured = [], []
        try:
            self.net.a.initiate()
            self.access = Access()
            self.spis = self.net.a.spis()
        except BaseException:
            self.net.__exit__(True, None, None)
            raise

    def prepare(self, net):
        pass

    def tearDown(self):
        self.net.__exit__(bool(self._outcome.result.failures or self._outcome.result.errors),
                          None, None)

    # ------------------------------------------------------------ moves
    def is_at(self, address):
        return all(f"'a.lab' @ {address}" in gateway.sas() for gateway in (self.net.a, self.net.b))

    def wait_at(self, address, seconds=10):
        lab.wait_for(f"the move to {address}", seconds, lambda: self.is_at(address))

    def go_second(self, keeps_old):
        """The mover's second access network; the first one is lost, or stays."""
        if not keeps_old:
            run("ip", "-n", "a", "addr", "del", f"{lab.ADDRESS['a']}/24", "dev", "wire")
        self.access.add()
        self.access.prefer_second()

    def go_first(self, keeps_old):
        if not keeps_old:
            self.access.drop()
        run("ip", "-n", "a", "addr", "replace", f"{lab.ADDRESS['a']}/24", "dev", "wire")
        self.access.prefer_first()

    # ------------------------------------------------------------ what holds
    def row(self, name, attacker, bound, back):
        ROWS.append((name, attacker.got.esp, attacker.got.esp_bytes, bound, attacker.got.ike,
                     "-" if back is None else f"{back:.2f} s"))
        print(ROWS[-1], flush=True)

    def expect_whole(self, flow, since, same_sas=True):
        """The flow lives, by the same SAs, at both ends."""
        try:
            back = flow.wait_until_back(since, 20)
        except AssertionError:
            for name in "ab":
                print(name, {key: value for key, value in metrics(name).items()
                             if value and ("drops" in key or "refused" in key)})
            raise
        if same_sas:
            self.assertEqual(self.net.a.spis(), self.spis, "the same SAs")
        self.assertEqual(flow.doubled(), 0, "nothing comes twice")
        self.assertEqual((adds_up("a"), adds_up("b")), ("", ""))
        return back

    @staticmethod
    def replayed():
        """Messages that b dropped because it had them already."""
        return metrics("b")['holdfast_isakmp_refused_total{reason="replayed"}']

    def record(self, packet):
        """Forwards, and keeps a copy of all that is said in Informational exchanges."""
        if packet.is_informational:
            self.captured.append(packet)
        return [(0, packet)]

    def there_and_back(self):
        self.go_second(keeps_old=True)
        self.wait_at(SECOND)
        self.go_first(keeps_old=True)
        self.wait_at(lab.ADDRESS["a"])
        self.access.drop()

    def from_a(self):
        return [packet for packet in self.captured if packet.target == lab.ADDRESS["b"]]

    def from_b(self):
        return [packet for packet in self.captured if packet.source == lab.ADDRESS["b"]]


class Replay(Base):
    """What was said once is said again."""
    dpd = "dpd_delay = 1s\n dpd_timeout = 30s"

    def test_old_messages_from_both_sources(self):
        with Attacker(self.record) as attacker, Flow(RATE, SIZE) as flow:
            time.sleep(2.5)  # DPD too
            self.there_and_back()
            self.assertGreaterEqual(len(self.from_a()), 4)
            since = time.monotonic()
            replayed, num_old = self.replayed(), len(self.from_a())
            for packet in list(self.captured):
                attacker.proxy.inject(packet, packet.moved(source=HOST))
            time.sleep(1.5)
            back = self.expect_whole(flow, since)
            self.assertGreaterEqual(self.replayed(), replayed + 2 * num_old, "they came")
            self.assertTrue(self.is_at(lab.ADDRESS["a"]))
            self.assertEqual(attacker.got.esp, 0)
            self.assertEqual(back, 0, "nothing is lost")
            self.assertEqual(attacker.got.ike, 0, "what was used is dropped unread")
            self.row("replay of all updates and DPDs, same and other source", attacker, 0, back)

    def test_own_messages_sent_back(self):
        with Attacker(self.record) as attacker, Flow(RATE, SIZE) as flow:
            self.there_and_back()
            since = time.monotonic()
            for packet in list(self.captured):
                attacker.proxy.inject(packet.reflected(), packet.reflected().moved(source=HOST))
            time.sleep(1.5)
            back = self.expect_whole(flow, since)
            self.assertEqual((attacker.got.esp, attacker.got.ike), (0, 0))
            self.assertEqual(back, 0)
            self.row("own messages sent back", attacker, 0, back)

    def test_storm_of_old_updates(self):
        with Attacker(self.record) as attacker, Flow(RATE, SIZE) as flow:
            self.there_and_back()
            since = time.monotonic()
            for step in range(200):
                for packet in self.from_a():
                    attacker.proxy.inject(packet, packet.moved(source=HOST), after=step * 0.01)
            time.sleep(1)
            # In the middle of it the mover moves.
            self.go_second(keeps_old=True)
            self.wait_at(SECOND)
            time.sleep(1.5)
            back = self.expect_whole(flow, since)
            self.assertEqual(attacker.got.esp, 0)
            self.row("storm of old updates, 1,000 a second, and a move", attacker, 0, back)

    def test_during_main_mode_and_after_the_end(self):
        with Attacker(self.record) as attacker:
            self.there_and_back()
            old = list(self.captured)
            since = time.monotonic()
            self.net.a.swanctl("--terminate", "--ike", "t")
            for step in range(100):
                for packet in old:
                    attacker.proxy.inject(packet, packet.moved(source=HOST), after=step * 0.02)
            time.sleep(0.3)
            self.net.a.initiate()
            with Flow(RATE, SIZE) as flow:
                time.sleep(2)
                self.spis = self.net.a.spis()
                flow.wait_until_back(flow.directions["a->b"].sent[0], 10)
                self.assertEqual((attacker.got.esp, attacker.got.ike), (0, 0))
                self.row("old updates after the end and in a new Main Mode", attacker, 0, None)
            self.assertGreater(time.monotonic(), since)

    def test_esp_races_ahead_from_another_source(self):
        def race(packet):
            if packet.is_esp and packet.target == lab.ADDRESS["b"]:
                return [(0, packet.moved(source=HOST)), (0.002, packet)]
            return [(0, packet)]
        with Attacker(race) as attacker, Flow(RATE, SIZE) as flow:
            since = time.monotonic()
            time.sleep(3)
            back = self.expect_whole(flow, since)
            self.assertEqual(attacker.got.esp, 0)
            self.assertTrue(self.is_at(lab.ADDRESS["a"]))
            self.row("copies of ESP that race ahead for 3 s", attacker, 0, back)


class Race(Base):
    """Copies of the update itself, in time."""
    settings = "allow_nat = yes"
    is_nat_allowed = True

    def overtake(self, packet):
        """Each message of the mover comes from the attacker's host first."""
        if packet.ike and packet.target == lab.ADDRESS["b"]:
            return [(0, packet.moved(source=HOST)), (0.1, packet)]
        return [(0, packet)]

    def overtaken(self, keeps_old):
        with Attacker(self.overtake) as attacker, Flow(RATE, SIZE) as flow:
            since = time.monotonic()
            self.go_second(keeps_old)
            self.wait_at(SECOND)
            back = self.expect_whole(flow, since)
            bound = 0 if keeps_old or not self.is_nat_allowed else 3 * attacker.sent_bytes
            self.assertLessEqual(attacker.got.esp_bytes, bound)
            kind = "the old path works" if keeps_old else "the old path is gone"
            allow = "yes" if self.is_nat_allowed else "no"
            self.row(f"copy of the update overtakes, {kind}, allow_nat={allow}", attacker, bound,
                     back)

    def test_copy_overtakes_while_the_old_path_works(self):
        self.overtaken(True)

    def test_copy_overtakes_when_the_old_path_is_gone(self):
        self.overtaken(False)

    def test_challenge_relayed_to_the_mover(self):
        """He answers as the mover would; but the mover hears and answers for itself too."""
        def relay(packet):
            if packet.ike and packet.target == lab.ADDRESS["b"]:
                return [(0, packet.moved(source=HOST)), (0.1, packet)]
            return [(0, packet)]

        def back_to_mover(packet):
            return [(0, packet.moved(target=SECOND))] if packet.ike else []
        with Attacker(relay, back_to_mover) as attacker, Flow(RATE, SIZE) as flow:
            since = time.monotonic()
            self.go_second(keeps_old=True)
            self.wait_at(SECOND)
            back = self.expect_whole(flow, since)
            if not self.is_nat_allowed:
                self.assertEqual(attacker.got.esp, 0)
            # The better endpoint answers a tenth of a second later.
            bound = 0 if not self.is_nat_allowed else "0.5 s of the flow"
            self.assertLessEqual(attacker.got.esp, RATE // 2)
            self.row("challenge relayed both ways beside the mover, allow_nat="
                     f"{'yes' if self.is_nat_allowed else 'no'}", attacker, bound, back)


class RaceWithoutNat(Race):
    settings, is_nat_allowed = "allow_nat = no", False


class Middle(Base):
    """He is the only way of the mover, and is a NAT to both ends."""
    settings = "allow_nat = yes"
    is_nat_allowed = True

    def setUp(self):
        super().setUp()
        self.is_relaying, self.begin = True, None

    def rewrite(self, packet):
        if packet.source == SECOND and self.is_relaying:
            return [(0, packet.moved(source=HOST))]
        if packet.target == SECOND and self.is_relaying:
            return []  # what the claimed address is asked never comes
        return [(0, packet)]

    def back_to_mover(self, packet):
        return [(0, packet.moved(target=SECOND))] if self.is_relaying else []

    def middle(self, keeps_old, seconds=1.5):
        """Relays for a while, then keeps what comes to him; the mover's way is free again."""
        with Attacker(self.rewrite, self.back_to_mover) as attacker, Flow(RATE, SIZE) as flow:
            self.go_second(keeps_old)
            time.sleep(seconds)
            self.is_relaying, since = False, time.monotonic()
            before = attacker.got.esp
            back = self.expect_whole(flow, since, same_sas=False)
            self.assertTrue(self.is_at(SECOND) or self.is_at(lab.ADDRESS["a"]))
            kept = attacker.got.esp - before
            return attacker, back, before, kept

    def test_the_old_path_works(self):
        attacker, back, before, kept = self.middle(True)
        if not self.is_nat_allowed:
            self.assertEqual(attacker.got.esp, 0)
        self.report("works", attacker, back, before, kept)

    def test_the_old_path_is_gone(self):
        attacker, back, before, kept = self.middle(False)
        if not self.is_nat_allowed:
            self.assertNotEqual(self.net.a.spis(), self.spis, "by a new Main Mode alone")
        self.report("is gone", attacker, back, before, kept)

    def test_longer_than_the_mover_asks_again(self):
        """The last UPDATE is 1.75 s after the final ACK: then it is the question to both ends."""
        attacker, back, before, kept = self.middle(False, 5)
        self.report("is gone, for 5 s", attacker, back, before, kept)

    def report(self, what, attacker, back, before, kept):
        self.row(f"relay both ways, the old path {what}, allow_nat="
                 f"{'yes' if self.is_nat_allowed else 'no'}", attacker,
                 f"as he relays: {before}; then {kept}" if before + kept else 0, back)


class MiddleWithoutNat(Middle):
    settings, is_nat_allowed = "allow_nat = no", False


class BehindNat(Base):
    """With a NAT on the mover's path; the attacker is beside it, and races."""
    settings, nat, his = "allow_nat = yes", "198.18.0.66", "198.18.1.66"

    def setUp(self):
        super().setUp()
        run("ip", "netns", "add", "y")
        lab.Network.link("y", "wire", self.his, "r", "ry", "198.18.1.254")
        run(*within("y", "nft", "table ip silent { chain in { type filter hook input priority "
                    "filter; policy drop; }; }"))
        self.is_relaying, self.taken = True, []

    def tearDown(self):
        super().tearDown()
        run("ip", "netns", "del", "y")

    def translate(self, packet):
        if packet.source == SECOND:
            natted = packet.moved(source=self.nat, ports=(packet.ports[0] + 10000, packet.ports[1]))
            if packet.ike and self.is_relaying:
                return [(0, packet.moved(source=self.his)), (0.05, natted)]
            return [(0, natted)]
        return [(0, packet)]

    def back(self, packet):
        if packet.target == self.his:
            return [(0, packet.moved(target=SECOND))] if packet.ike and self.is_relaying else []
        return [(0, packet.moved(target=SECOND, ports=(packet.ports[0], packet.ports[1] - 10000)))]

    def test_relay_beside_the_nat(self):
        with Attacker(self.translate, self.back) as attacker:
            attacker.proxy.add_host("y", self.his)
            with Flow(RATE, SIZE) as flow:
                self.go_second(keeps_old=False)
                time.sleep(2)
                self.is_relaying, since = False, time.monotonic()
                back = self.expect_whole(flow, since, same_sas=False)
                his = attacker.proxy.sinks["y"]
                ROWS.append(("relay of ISAKMP beside the mover's NAT for 2 s, allow_nat=yes",
                             his.esp, his.esp_bytes, "while he relays", his.ike, f"{back:.2f} s"))
                print(ROWS[-1])
                self.assertIn(f"{self.nat}[14500]", self.net.b.sas())


class TwoClients(Base):
    """Two clients move behind one NAT, and claim what they like: told apart by port."""
    settings = "allow_nat = yes"

    def prepare(self, net):
        """The gateway knows c too."""
        def of_c(text):
            return text.replace("a.lab", "c.lab").replace("10.1.0.0/16", "10.3.0.0/16") \
                .replace("remote_addrs = 192.0.2.1", "remote_addrs = 192.0.3.1")
        conf = net.b.swanctl_dir / "swanctl.conf"
        # In Main Mode a pre-shared key is found by address.
        text = conf.read_text().replace("local_addrs", "remote_addrs = 192.0.2.1\n  local_addrs")
        begin, end = text.index("t {"), text.index("}\nsecrets")
        secret = text[text.index("ike-1 {"):text.index("\n} }", text.index("ike-1 {")) + 2]
        conf.write_text(text[:end] + of_c(text[begin:end]).replace("t {", "u {", 1) +
                        text[end:].replace("ike-1 {", of_c(secret).replace("ike-1", "ike-2") +
                                           "\n  ike-1 {", 1))
        run("ip", "netns", "add", "c")
        run("ip", "-n", "c", "link", "set", "lo", "up")
        lab.Network.link("c", "wire", "192.0.3.1", "r", "rcc", "192.0.3.254")
        lab.Network.link("c", "other", "203.0.114.1", "r", "rcd", "203.0.114.254")
        run("ip", "-n", "c", "addr", "flush", "dev", "other", "scope", "global")
        run("ip", "-n", "c", "route", "add", "default", "via", "192.0.3.254")
        run("ip", "-n", "c", "addr", "add", "10.3.0.1/32", "dev", "lo")
        self.c = Holdfast("c", net.temporary.name, of_c((net.a.swanctl_dir / "swanctl.conf")
                                                        .read_text()))

    def setUp(self):
        super().setUp()
        self.c.start()
        self.c.initiate()

    def tearDown(self):
        self.c.stop()
        super().tearDown()
        run("ip", "netns", "del", "c")

    PORTS = {SECOND: 10000, "203.0.114.1": 20000}

    def translate(self, packet):
        offset = self.PORTS.get(packet.source)
        if offset:
            return [(0, packet.moved(source=HOST,
                                     ports=(packet.ports[0] + offset, packet.ports[1])))]
        return [(0, packet)]

    def back(self, packet):
        for inside, offset in self.PORTS.items():
            if packet.ports[1] - offset in (500, 4500):
                return [(0, packet.moved(target=inside,
                                         ports=(packet.ports[0], packet.ports[1] - offset)))]
        return []

    def test_each_gets_its_own(self):
        pairs = (("a", lab.INNER["a"], "b", lab.INNER["b"]), ("c", "10.3.0.1", "b", lab.INNER["b"]))
        with Attacker(self.translate, self.back), Flow(RATE, SIZE, pairs) as flow:
            since = time.monotonic()
            self.go_second(keeps_old=False)
            run("ip", "-n", "c", "addr", "del", "192.0.3.1/24", "dev", "wire")
            run("ip", "-n", "c", "addr", "add", "203.0.114.1/24", "dev", "other")
            run("ip", "-n", "c", "route", "replace", "default", "via", "203.0.114.254")
            lab.wait_for("both", 10, lambda: f"'a.lab' @ {HOST}[14500]" in self.net.b.sas() and
                         f"'c.lab' @ {HOST}[24500]" in self.net.b.sas())
            back = self.expect_whole(flow, since)
            print(f"two clients behind one NAT: whole after {back:.2f} s")


class HeldBack(Base):
    """An update is taken away, and comes when the address belongs to the attacker."""

    def setUp(self):
        super().setUp()
        self.holds_all = False

    def hold(self, packet):
        if packet.source == SECOND or (self.holds_all and packet.source == lab.ADDRESS["a"] and
                                       packet.ike):
            self.captured.append(packet)
            return []
        return [(0, packet)]

    def give_the_address_to(self, attacker):
        """The mover goes to its second address and back; the second one is the attacker's then."""
        self.go_second(keeps_old=False)
        time.sleep(0.6)
        held = [packet for packet in self.captured if packet.is_informational]
        self.assertTrue(held)
        attacker.proxy.hosts["x"] = SECOND
        run("ip", "-n", "r", "addr", "del", "203.0.113.254/24", "dev", "rc")
        run("ip", "-n", "r", "route", "replace", f"{SECOND}/32", "via", HOST)
        run(*within("r", "nft", f"insert rule ip proxy hold ip daddr {SECOND} accept"))
        self.access.drop()
        run("ip", "-n", "a", "addr", "add", f"{lab.ADDRESS['a']}/24", "dev", "wire")
        self.access.prefer_first()
        return held

    def test_released_when_the_mover_is_back(self):
        with Attacker(self.hold) as attacker, Flow(RATE, SIZE) as flow:
            held = self.give_the_address_to(attacker)
            lab.wait_for("the first address", 10, lambda: self.is_at(lab.ADDRESS["a"]))
            time.sleep(0.5)
            before, since = attacker.got.esp, time.monotonic()
            attacker.proxy.inject(*held)
            time.sleep(2)
            back = self.expect_whole(flow, since)
            self.assertEqual(attacker.got.esp, before)
            self.row("update held back, released when the mover has moved on", attacker, 0, back)

    def test_released_while_all_else_is_held(self):
        """The other end hears nothing but the old update: this is what the credit is for."""
        with Attacker(self.hold) as attacker, Flow(RATE, SIZE) as flow:
            self.holds_all = True
            held = self.give_the_address_to(attacker)
            since = time.monotonic()
            attacker.proxy.inject(held[0])
            time.sleep(6)
            self.holds_all = False
            back = self.expect_whole(flow, since)
            bound = 3 * len(held[0])
            self.assertGreater(attacker.got.esp, 0, "the attack works, up to the credit")
            self.assertLessEqual(attacker.got.esp_bytes + attacker.got.ike_bytes, bound)
            self.assertLess(attacker.got.last - attacker.got.first, 4.1)
            self.row("update held back, released to an address that is his, all else held",
                     attacker, bound, back)


def table(rows):
    head = ("attack", "diverted packets", "bytes", "bound", "ISAKMP to him", "flow whole after")
    lines = [head, *[tuple(str(cell) for cell in row) for row in rows]]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() + "\n"
                   for line in lines)


def write_table(folder):
    """With the rows of runs before."""
    kept = folder / "attacks.json"
    rows = {row[0]: row for row in json.loads(kept.read_text())} if kept.exists() else {}
    rows.update((row[0], row) for row in ROWS)
    kept.write_text(json.dumps(list(rows.values())))
    (folder / "attacks.txt").write_text(table(rows[name] for name in sorted(rows)))


if __name__ == "__main__":
    lab.enter()
    Holdfast.program = sys.argv.pop(1)
    FOLDER = pathlib.Path(sys.argv.pop(1))
    done = unittest.main(verbosity=2, exit=False)
    print(table(ROWS))
    write_table(FOLDER)
    sys.exit(not done.result.wasSuccessful())
