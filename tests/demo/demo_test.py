# SPDX-License-Identifier: Apache-2.0
"""The demo in its short form: are the facts of its table so, and are its files what they say?

    demo_test.py BUILD [unittest arguments]
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

import captures
from measure import NEW_FIRST, OLD_GONE

HERE = pathlib.Path(__file__).parent
RATE = 200


class Demo(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="holdfast_demo_test_")
        cls.out = pathlib.Path(cls.temporary.name) / "demo"
        done = subprocess.run(
            [sys.executable, "-B", str(HERE / "demo.py"), BUILD, "--card", "soft:", "--short",
             "--rate", str(RATE), "--out", str(cls.out)], capture_output=True, text=True)
        cls.said = done.stdout
        if done.returncode:
            raise AssertionError(f"the demo ended with {done.returncode}:\n{done.stdout}"
                                 f"{done.stderr}")
        cls.table = json.loads((cls.out / "table.json").read_text())
        cls.runs = {run["name"]: run for run in cls.table["runs"]}

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def test_the_sa_lives_on_only_with_updates(self):
        ours, without = self.runs["holdfast"], self.runs["no_updates"]
        self.assertEqual(len(ours["spis_before"]), 1)
        self.assertEqual(ours["spis_before"], ours["spis_after"])
        self.assertFalse(set(without["spis_before"]) & set(without["spis_after"]),
                         "negotiated anew")
        self.assertTrue(without["spis_after"])

    def test_what_is_lost(self):
        moves = {move["kind"]: move for move in self.runs["holdfast"]["moves"]}
        self.assertEqual(set(moves), {NEW_FIRST, OLD_GONE})
        self.assertEqual((moves[NEW_FIRST]["lost_up"], moves[NEW_FIRST]["lost_down"]), (0, 0))
        # 200 ms without any network lose something, or nothing is measured at all.
        self.assertGreater(moves[OLD_GONE]["lost_up"], 0.2 * RATE / 2)
        self.assertGreater(moves[OLD_GONE]["lost_down"], 0.2 * RATE / 2)
        self.assertGreater(self.runs["holdfast"]["sent"], RATE)

    def test_messages(self):
        """UPDATE, its challenge, CONFIRM, the final ACK; without updates two modes of IKEv1."""
        for move in self.runs["holdfast"]["moves"]:
            self.assertGreaterEqual(move["messages"], 4)
        for move in self.runs["no_updates"]["moves"]:
            self.assertGreaterEqual(move["messages"], 9)

    def test_nothing_twice_nothing_in_the_clear(self):
        for run in self.runs.values():
            self.assertGreater(run["esp"], RATE)
            self.assertEqual((run["reused"], run["clear"]), (0, 0))

    def test_pictures(self):
        svg = xml.etree.ElementTree.parse(self.out / "picture.svg")
        words = [element.text for element in svg.iter("{http://www.w3.org/2000/svg}text")]
        self.assertEqual(words.count("Holdfast"), 2)
        self.assertIn("with address updates", words)
        self.assertEqual((self.out / "picture.png").read_bytes()[:8], b"\x89PNG\r\n\x1a\n")

    def test_the_small_picture(self):
        """Run by run and move by move it says what the table says, and is fit for a page."""
        path = self.out / "picture_small.svg"
        self.assertLess(path.stat().st_size, 60_000)
        svg = xml.etree.ElementTree.parse(path)
        words = ["".join(element.itertext())
                 for element in svg.iter("{http://www.w3.org/2000/svg}text")]
        self.assertIn("1  A → B, new up first", words)
        self.assertIn("Holdfastwith address updates · the same SA at the end", words)
        self.assertIn("Holdfastaddress updates switched off · other SAs at the end", words)
        verdicts = [word for word in words if word[0] in "↑↓" and "lost" in word]
        self.assertEqual(len(verdicts), 2 * 2 * 2, "runs, moves, directions")
        self.assertEqual(verdicts[:2], ["↑ nothing lost", "↓ nothing lost"])

    def tshark(self, *options, keys=True):
        """Lines about the first run's capture."""
        folder = self.out / "wireshark" if keys else self.out
        environment = dict(os.environ, WIRESHARK_CONFIG_DIR=str(folder), HOME=str(self.out))
        done = subprocess.run(["tshark", "-n", "-r", str(self.out / "holdfast.pcap"), *options],
                              capture_output=True, text=True, env=environment, check=True)
        return done.stdout.splitlines()

    def test_wireshark_opens_isakmp(self):
        types = ("-Y", "isakmp.notify.msgtype >= 35010 && isakmp.notify.msgtype <= 35013", "-T",
                 "fields", "-e", "isakmp.notify.msgtype")
        self.assertGreaterEqual(set(self.tshark(*types)), {"35010", "35011", "35013"})
        self.assertEqual(self.tshark(*types, keys=False), [])

    def test_wireshark_opens_esp(self):
        verdicts = self.tshark("-Y", "esp", "-T", "fields", "-e", "esp.icv_good")
        self.assertEqual(verdicts, ["1"] * self.runs["holdfast"]["esp"], "all ICVs")
        self.assertGreater(len(self.tshark("-Y", "udp.port == 4242")), RATE)
        self.assertEqual(self.tshark("-Y", "udp.port == 4242", keys=False), [])

    def test_captures_have_what_the_table_says(self):
        for name, run in self.runs.items():
            seen = captures.read(self.out / f"{name}.pcap")
            self.assertEqual((seen.esp, seen.missed), (run["esp"], 0))

    def test_the_last_words_name_the_files(self):
        for path in self.out.iterdir():
            if path.suffix in (".png", ".json", ".pcap"):
                self.assertIn(path.name, self.said)


if __name__ == "__main__":
    BUILD = sys.argv.pop(1)
    unittest.main(verbosity=2)
