# SPDX-License-Identifier: Apache-2.0
"""What the judges of holdfast-replay share: running it, writing its SA files, reading captures."""
import json
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import unittest

KEY_BYTES = {"aes128gcm16": 16, "aes192gcm16": 24, "aes256gcm16": 32}
LINK_ETHERNET, LINK_RAW = 1, 101


class Arguments:
    """Set by main(): the program under test and the card it uses."""
    program = None
    card = "soft:"


class Replay:
    """One finished run of the program."""

    def __init__(self, folder, capture, *options, card=None):
        self.folder = pathlib.Path(folder)
        self.output, self.report_path = self.folder / "out.pcap", self.folder / "report.json"
        command = [Arguments.program, str(capture), "--card", card or Arguments.card,
                   "--out", str(self.output), "--report", str(self.report_path),
                   *map(str, options)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=1500)
        self.exit_code, self.screen, self.complaint = done.returncode, done.stdout, done.stderr

    def report(self):
        return json.loads(self.report_path.read_text())

    def results(self):
        """Results of the packets, in order: "ok", a drop reason, "not_ours" or "refused"."""
        return [packet["result"] for packet in self.report()["packets"]]

    def packets(self):
        """(time in nanoseconds, bytes) of the output."""
        return read_pcap(self.output)[1]


class ReplayTest(unittest.TestCase):
    """A test with a folder of its own and a seed that is printed on failure."""

    def setUp(self):
        self.seed = int(os.environ.get("HOLDFAST_SEED", "1"), 0)
        self.random = random.Random(f"{self.seed} {self.id()}")
        self.temporary = tempfile.TemporaryDirectory(prefix="holdfast_")
        self.addCleanup(self.temporary.cleanup)
        self.folder = pathlib.Path(self.temporary.name)

    def replay(self, capture, *options, **more):
        run = Replay(self.folder, capture, *options, **more)
        self.assertEqual(run.exit_code, 0, self.context(run))
        summary = run.report()["summary"]
        self.assertTrue(summary["adds_up"], self.context(run))
        return run

    def context(self, run):
        return f"HOLDFAST_SEED={self.seed}\n{run.screen}\n{run.complaint}"

    def assert_packets(self, actual, expected, what):
        """The same packets in the same order; names the first that differs."""
        for number, (one, other) in enumerate(zip(actual, expected), 1):
            if bytes(one) != bytes(other):
                self.fail(f"{what}: packet {number} differs (HOLDFAST_SEED={self.seed})\n"
                          f"  got      {bytes(one).hex()}\n  expected {bytes(other).hex()}")
        self.assertEqual(len(actual), len(expected), f"{what}: number of packets")

    def random_bytes(self, count):
        return self.random.randbytes(count)

    def random_key(self, suite):
        return self.random_bytes(KEY_BYTES[suite] + 4)

    def write_sas(self, *sas):
        path = self.folder / "sas.toml"
        path.write_text("\n".join(format_sa(sa) for sa in sas))
        return path


def format_sa(sa):
    """One [[sa]] of a dict; nested dicts become inline tables."""
    def value(thing):
        if isinstance(thing, bool):
            return "true" if thing else "false"
        if isinstance(thing, int):
            return str(thing)
        if isinstance(thing, dict):
            return "{ " + ", ".join(f"{k} = {value(v)}" for k, v in thing.items()) + " }"
        return json.dumps(thing.hex() if isinstance(thing, bytes) else thing)
    return "[[sa]]\n" + "".join(f"{key} = {value(thing)}\n" for key, thing in sa.items())


def write_pcap(path, packets, link_type=LINK_RAW, nanoseconds=True, cut=None):
    """`packets`: bytes, or (time in nanoseconds, bytes). `cut`: longest captured length."""
    with open(path, "wb") as file:
        magic = 0xA1B23C4D if nanoseconds else 0xA1B2C3D4
        file.write(struct.pack("<IHHiIII", magic, 2, 4, 0, 0, 262144, link_type))
        for index, packet in enumerate(packets):
            time, data = packet if isinstance(packet, tuple) else (10**18 + index, packet)
            seconds, fraction = divmod(time, 10**9)
            kept = data[:cut]
            file.write(struct.pack("<IIII", seconds, fraction if nanoseconds else fraction // 1000,
                                   len(kept), len(data)) + kept)
    return path


def read_pcap(path):
    """(link type, [(time in nanoseconds, bytes)]) of a little-endian pcap file."""
    data = pathlib.Path(path).read_bytes()
    magic, _, _, _, _, _, link_type = struct.unpack_from("<IHHiIII", data)
    scale = {0xA1B23C4D: 1, 0xA1B2C3D4: 1000}[magic]
    packets, offset = [], 24
    while offset < len(data):
        seconds, fraction, kept, _ = struct.unpack_from("<IIII", data, offset)
        packets.append((seconds * 10**9 + fraction * scale, data[offset + 16:offset + 16 + kept]))
        offset += 16 + kept
    return link_type, packets


def main():
    """usage: TEST.py PROGRAM CARD [unittest options]"""
    Arguments.program, Arguments.card = sys.argv[1:3]
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], module="__main__")
