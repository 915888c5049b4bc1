# SPDX-License-Identifier: Apache-2.0
"""A card that dies, stays away, or is reset by somebody else, under a running connection.

    card_stop_test.py HOLDFASTD HOLDFAST_CARD [unittest arguments]
"""
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

import lab
import linked_card
from flow import Flow
from handover_test import SECOND, Access
from lab import Holdfast, Lab, ping
from linked_card import Middle


class Linked(Holdfast):
    """With a card in a process of its own."""
    kind = "soft:"

    def launch(self):
        if not hasattr(self, "process_of_card"):
            self.process_of_card = linked_card.Card(self.folder, self.kind)
        self.card = f"link:{self.link()}"
        super().launch()

    def link(self):
        return self.process_of_card.path

    def stop(self, how=signal.SIGTERM):
        super().stop(how)
        if how == signal.SIGTERM and hasattr(self, "process_of_card"):
            self.process_of_card.stop()


class InTheMiddle(Linked):
    """The same, with somebody on the way."""

    def link(self):
        if not hasattr(self, "middle"):
            self.middle = Middle(self.process_of_card)
        return self.middle.path


class LinkedRtl(Linked):
    kind = "verilated:"


def cookies(gateway):
    return set(re.findall("ESTABLISHED, IKEv1, ([0-9a-f]{16})", gateway.sas()))


class CardStops(unittest.TestCase):
    def comes_back(self, net, gateway, break_card, cookies_stay=True):
        """Breaks the card of `gateway` while packets run; they must run again, in new SAs."""
        net.a.initiate()
        before, isakmp = set(gateway.spis()), cookies(gateway)
        times = gateway.log().count("the card is back")
        with Flow() as flow:
            time.sleep(0.3)
            since = time.monotonic()
            break_card()
            lab.wait_for("the card", 30, lambda: gateway.log().count("the card is back") > times)
            gap = flow.wait_until_back(since, 60)
        print(f"packets run again {gap:.2f} s after the card was gone")
        lab.wait_for("the old SAs to go", 20, lambda: gateway.spis() and
                     not before & set(gateway.spis()))
        if cookies_stay:
            self.assertEqual(cookies(gateway), isakmp, "the ISAKMP SA has lived on")
        ping("a")
        ping("b", size=1300)

    def test_process_killed_and_started_again(self):
        for first, second, name in ((Linked, Holdfast, "a"), (Holdfast, Linked, "b")):
            with self.subTest(gateway=name), Lab(first, second) as net:
                gateway = getattr(net, name)

                def break_card():
                    gateway.process_of_card.kill()
                    gateway.process_of_card.start()
                self.comes_back(net, gateway, break_card)
                self.assertEqual(gateway.log().count("does not answer any more"), 1)

    def test_reset_by_somebody_else(self):
        with Lab(InTheMiddle, Holdfast) as net:
            for _ in range(3):
                self.comes_back(net, net.a, net.a.middle.reset_card)
            self.assertEqual(net.a.log().count("was reset by somebody else") +
                             net.a.log().count("the card stopped"), 3)

    def test_idle_connection(self):
        """Nobody sends: the daemon finds out all the same."""
        with Lab(InTheMiddle, Holdfast) as net:
            net.a.initiate()
            before = net.a.spis()
            net.a.middle.reset_card()
            lab.wait_for("a new SA", 10, lambda: set(net.a.spis()) - set(before))
            ping("b")

    def test_in_rtl(self):
        with Lab(LinkedRtl, Holdfast) as net:
            def break_card():
                net.a.process_of_card.kill()
                net.a.process_of_card.start()
            self.comes_back(net, net.a, break_card)

    def test_stays_away(self):
        """The peer is told, and does not have to find out; later all comes back by itself."""
        with Lab(Linked, Holdfast) as net:
            net.a.initiate()
            net.a.process_of_card.kill()
            lab.wait_for("the Delete", 20, lambda: "ESTABLISHED" not in net.b.sas())
            self.assertIn("tried again each second", net.a.log())
            self.assertNotEqual(ping("a", count=1, check=False).returncode, 0)
            net.a.process_of_card.start()
            lab.wait_for("the connection", 20, lambda: net.a.spis())
            ping("a")
            ping("b")

    def test_during_a_rekey(self):
        with Lab(InTheMiddle, Holdfast) as net:
            net.a.initiate()
            for wait in (0, 0.005, 0.01, 0.02):
                with Flow() as flow:
                    net.a.swanctl("--rekey", "--child", "net")
                    time.sleep(wait)
                    since = time.monotonic()
                    net.a.middle.reset_card()
                    flow.wait_until_back(since, 60)

    def test_during_a_move(self):
        """Of the end that moves, and of the other one."""
        for first, second, name in ((InTheMiddle, Holdfast, "a"), (Holdfast, InTheMiddle, "b")):
            with self.subTest(gateway=name), Lab(first, second) as net:
                gateway = getattr(net, name)
                access = Access()
                net.a.initiate()
                for wait in (0, 0.01, 0.03):
                    with Flow() as flow:
                        access.add()
                        access.prefer_second()
                        time.sleep(wait)
                        since = time.monotonic()
                        gateway.middle.reset_card()
                        flow.wait_until_back(since, 60)
                        lab.wait_for("the move", 20,
                                     lambda: f"'a.lab' @ {SECOND}" in net.b.sas())
                        access.prefer_first()
                        access.drop()
                        lab.wait_for("the move back", 20, lambda:
                                     f"'a.lab' @ {lab.ADDRESS['a']}" in net.b.sas())
                        flow.wait_until_back(time.monotonic(), 60)

    def test_silent_at_start(self):
        """It is there and says nothing: the daemon says what it waits for, long before it ends."""
        with tempfile.TemporaryDirectory(prefix="holdfast_silent_") as folder:
            path = pathlib.Path(folder) / "card"
            config = pathlib.Path(folder) / "conf"
            config.write_text("")
            with socket.socket(socket.AF_UNIX) as server:
                server.bind(str(path))
                server.listen()
                daemon = subprocess.Popen(
                    [Holdfast.program, "--config", config, "--card", f"link:{path}", "--vici",
                     f"unix://{folder}/vici"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                    text=True)
                client = server.accept()[0]
                first = daemon.stdout.readline()
                self.assertIn(f"waiting for the card at {path}, which does not answer", first)
                self.assertIsNone(daemon.poll(), "it goes on waiting")
                client.close()
                self.assertIn(f"holdfastd: link:{path}: the server hung up",
                              daemon.communicate(timeout=30)[0])
                self.assertEqual(daemon.returncode, 1)

    def test_keys_are_gone_with_the_daemon(self):
        with Lab(InTheMiddle, Holdfast) as net:
            net.a.initiate()
            self.assertEqual(net.a.middle.rows_with_an_sa(), 2)
            net.a.stop(signal.SIGKILL)
            with net.a.process_of_card.client() as sock:
                self.assertEqual(linked_card.rows_with_an_sa(sock), 0)


if __name__ == "__main__":
    lab.enter()
    Holdfast.program = sys.argv.pop(1)
    linked_card.Card.program = sys.argv.pop(1)
    unittest.main(verbosity=2)
