# SPDX-License-Identifier: Apache-2.0
"""Interop: tshark with host/wireshark/holdfast_update.lua reads address updates.

    dissector_test.py HOLDFASTD [unittest arguments]
"""
import contextlib
import os
import pathlib
import re
import select
import struct
import sys
import tempfile
import unittest

import lab
from handover_test import Access, SECOND
from lab import Holdfast, Lab, run

sys.path.append(str(pathlib.Path(__file__).parents[1] / "vectors/captures"))
from record_strongswan import LINKTYPE_ETHERNET, LINKTYPE_RAW, Recorder  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "host/wireshark/holdfast_update.lua"
EXAMPLES = ROOT / "docs/protocol/address_update_examples.md"
MESSAGE = {1: "UPDATE", 2: "ACK", 3: "NACK", 4: "CONFIRM"}
# Of the ISAKMP header.
ENCRYPTED, FLAGS_OFFSET, HEADER_BYTES = 1, 19, 28


@contextlib.contextmanager
def recording(path):
    """What passes the router on the side of gateway b: both paths of a."""
    recorder = Recorder("r", "rb", path, LINKTYPE_ETHERNET)
    try:
        yield
        lab.wait_for("the recorder", 10, lambda: not select.select([recorder.socket], [], [], 0)[0])
    finally:
        recorder.stop()


def dissect(capture, keys, *fields, only="holdfast_update"):
    """One dictionary a frame; a field that comes several times has commas."""
    columns = [option for field in fields for option in ("-e", f"holdfast_update.{field}")]
    environment = dict(os.environ, WIRESHARK_CONFIG_DIR=str(keys), HOME=str(keys))
    done = run("tshark", "-n", "-X", f"lua_script:{SCRIPT}", "-r", capture, "-Y", only, "-T",
               "fields", "-E", "separator=;", *columns, env=environment)
    return [dict(zip(fields, line.split(";"))) for line in done.stdout.splitlines()]


def plain_examples():
    """The messages of the page with examples, in clear."""
    text = EXAMPLES.read_text()
    for block in re.findall(r"(?s)```text\nmessage ID.*?```", text):
        values = {}
        for line in block.splitlines()[1:-1]:
            name = line[:12].strip() or name
            values[name] = values.get(name, "") + line[12:].strip()
        plain, header = (bytes.fromhex(values[name]) for name in ("plain", "datagram"))
        header = bytearray(header[:HEADER_BYTES])
        header[FLAGS_OFFSET] &= ~ENCRYPTED
        yield bytes(header) + plain


def write_capture(path, messages):
    """As UDP on port 500, over IPv4 without checksums."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, LINKTYPE_RAW))
        for message in messages:
            udp = struct.pack(">HHHH", 500, 500, 8 + len(message), 0) + message
            packet = struct.pack(">BBHIBBHII", 0x45, 0, 20 + len(udp), 0, 64, 17, 0,
                                 0xC0000201, 0xC6336401) + udp
            file.write(struct.pack("<IIII", 0, 0, len(packet), len(packet)) + packet)


class Dissector(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="holdfast_dissector_")
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def examples(self, *fields, change=lambda number, message: message):
        capture = self.folder / "examples.pcap"
        write_capture(capture, [change(number, message)
                                for number, message in enumerate(plain_examples(), 1)])
        return dissect(capture, self.folder, *fields)

    def test_examples_of_the_page(self):
        rows = self.examples("message", "id", "old_address", "new_address", "num_spis", "final",
                             "malformed")
        self.assertEqual([tuple(row.values()) for row in rows], [
            ("1", "5", "192.0.2.1", "203.0.113.1", "0", "0", ""),
            ("2", "5", "192.0.2.1", "203.0.113.1", "0", "0", ""),
            ("4", "5", "192.0.2.1", "203.0.113.1", "0", "0", ""),
            ("2", "5", "192.0.2.1", "203.0.113.1", "0", "1", ""),
            ("3", "4", "192.0.2.1", "203.0.113.77", "0", "1", ""),
            ("1", "6", "203.0.113.1", "2001:db8:c::1", "2", "0", ""),
            ("2", "7", "2001:db8:c::1", "192.0.2.1", "0", "1", ""),
        ])

    def test_attributes_of_the_page(self):
        rows = self.examples("challenge", "response", "observed", "observed_port", "reason",
                             "old_path_works", "highest", "address", "except", "padding", "spi",
                             "sender", "natd_source", "natd_destination")
        update, ack, confirm, final, nack, update6, partial = rows
        initiator, responder = update["sender"], ack["sender"]
        self.assertEqual(len(initiator), 16)
        self.assertEqual([row["sender"] == initiator for row in rows],
                         [True, False, True, False, False, True, False])
        self.assertEqual({row["sender"] for row in (ack, final, nack, partial)}, {responder})
        self.assertEqual(len(ack["challenge"]), 32)
        self.assertEqual(confirm["response"], ack["challenge"])
        self.assertEqual((ack["natd_source"], ack["natd_destination"]),
                         (update["natd_destination"], update["natd_source"]))
        self.assertEqual((final["observed"], final["observed_port"]), ("203.0.113.1", "4500"))
        self.assertEqual((nack["reason"], nack["highest"]), ("5", "5"))
        self.assertEqual((update6["old_path_works"], update6["address"], update6["padding"]),
                         ("1", "203.0.113.1", "8"))
        self.assertEqual(update6["spi"], "0xc1a5f00d,0xc1a5f00e")
        self.assertEqual((partial["reason"], partial["except"]), ("1", "0xc1a5f011,0xc1a5f012"))

    def test_what_is_malformed_says_so(self):
        """The number of SPIs says more than there is."""
        def lie(number, message):
            offset = HEADER_BYTES + 36 + 24
            return message if number != 4 else message[:offset] + b"\xff" + message[offset + 1:]
        marks = [row["malformed"] for row in self.examples("malformed", change=lie)]
        self.assertEqual([bool(mark) for mark in marks], [number == 4 for number in range(1, 8)])

    def test_a_real_move(self):
        """Two daemons, key files, a new path that comes while the old one works."""
        def ask_for_keys(net):
            keys.mkdir()
            conf = net.a.swanctl_dir / "swanctl.conf"
            conf.write_text(conf.read_text() + "\nholdfast { key_files { "
                            f"isakmp = {keys}/ikev1_decryption_table\n}} }}\n")
        keys, nothing = self.folder / "keys", self.folder / "nothing"
        nothing.mkdir()
        with Lab(Holdfast, Holdfast, prepare=ask_for_keys) as net:
            access = Access()
            with recording(self.folder / "capture.pcap"):
                net.a.initiate()
                access.add()
                access.prefer_second()
                lab.wait_for("the move", 20, lambda: f"'a.lab' @ {SECOND}" in net.b.sas() and
                             f"'a.lab' @ {SECOND}" in net.a.sas())
        self.judge_move(dissect(self.folder / "capture.pcap", keys, "message", "id", "final",
                                "old_address", "new_address", "num_spis", "old_path_works",
                                "challenge", "response", "observed", "sender", "malformed"))
        self.assertEqual(dissect(self.folder / "capture.pcap", nothing, "message"), [],
                         "without keys nothing is seen")

    def judge_move(self, rows):
        """Of the last update: repetitions and earlier ones may stand before it."""
        last = max(int(row["id"]) for row in rows)
        rows = [row for row in rows if int(row["id"]) == last]
        self.assertNotIn(True, [bool(row["malformed"]) for row in rows])
        for row in rows:
            self.assertEqual((row["old_address"], row["new_address"], row["num_spis"]),
                             (lab.ADDRESS["a"], SECOND, "0"))
        order = [(MESSAGE[int(row["message"])], row["final"]) for row in rows]
        for kind in (("UPDATE", "0"), ("ACK", "0"), ("CONFIRM", "0"), ("ACK", "1")):
            self.assertIn(kind, order)
        first = {kind: rows[order.index(kind)] for kind in order}
        self.assertEqual(sorted(first, key=order.index),
                         [("UPDATE", "0"), ("ACK", "0"), ("CONFIRM", "0"), ("ACK", "1")])
        update, ack, confirm, final = first.values()
        self.assertEqual(update["old_path_works"], "1")
        self.assertEqual(len(ack["challenge"]), 32)
        self.assertIn(confirm["response"],
                      [row["challenge"] for row in rows if row["challenge"]])
        self.assertEqual(ack["observed"], SECOND)
        self.assertEqual(len(update["sender"]), 16)
        self.assertEqual(update["sender"], confirm["sender"])
        self.assertEqual(ack["sender"], final["sender"])
        self.assertNotEqual(update["sender"], ack["sender"])


if __name__ == "__main__":
    lab.enter()
    Holdfast.program = sys.argv.pop(1)
    unittest.main(verbosity=2)
