# SPDX-License-Identifier: Apache-2.0
"""Every kind of capture file that holdfast-replay reads, with one ESP packet in each way of framing.

    formats_test.py PROGRAM CARD
"""
import struct

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from inner_packets import OUTER, inner_packet, nets
from replay_tool import LINK_ETHERNET, LINK_RAW, ReplayTest, main, read_pcap, write_pcap
from scapy.layers.inet import IP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import ARP, Dot1AD, Dot1Q, Ether

ETHER = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")
TIME = 1_700_000_000_123_456_789


class Formats(ReplayTest):
    def setUp(self):
        super().setUp()
        self.key = self.random_key("aes128gcm16")
        self.plain = inner_packet(self.random, 6, 60)
        self.sas = self.write_sas({
            "direction": "inbound", "spi": 0xABCDEF, "suite": "aes128gcm16", "key": self.key,
            "local": OUTER[4][0], "peer": OUTER[4][1],
            "selector": dict(zip(("source", "destination"), nets(6)))})

    def esp(self, sequence=1, packet=None):
        """The inner packet as raw ESP over IPv4."""
        packet = self.plain if packet is None else packet
        pad = -(len(packet) + 2) % 4
        head = struct.pack("!LL", 0xABCDEF, sequence)
        iv = self.random_bytes(8)
        sealed = AESGCM(self.key[:-4]).encrypt(
            self.key[-4:] + iv, packet + bytes(range(1, pad + 1)) + bytes((pad, 41)), head)
        return bytes(IP(src=OUTER[4][1], dst=OUTER[4][0], proto=50) / (head + iv + sealed))

    def judge(self, frame, link_type, expected, expected_link, nanoseconds=True):
        capture = write_pcap(self.folder / "in.pcap", [(TIME, frame)], link_type, nanoseconds)
        run = self.replay(capture, "--sa", self.sas)
        self.assertEqual(run.results(), ["ok"], self.context(run))
        time = TIME if nanoseconds else TIME // 1000 * 1000
        self.assertEqual(read_pcap(run.output), (expected_link, [(time, expected)]))

    def test_raw(self):
        self.judge(self.esp(), LINK_RAW, self.plain, LINK_RAW)

    def test_raw_12(self):
        self.judge(self.esp(), 12, self.plain, LINK_RAW)

    def test_ipv4(self):
        self.judge(self.esp(), 228, self.plain, LINK_RAW)

    def test_microseconds(self):
        self.judge(self.esp(), LINK_RAW, self.plain, LINK_RAW, nanoseconds=False)

    def test_ethernet(self):
        self.judge(bytes(ETHER / IP(self.esp())), LINK_ETHERNET, bytes(ETHER / IPv6(self.plain)),
                   LINK_ETHERNET)

    def test_vlan(self):
        self.judge(bytes(ETHER / Dot1Q(vlan=42) / IP(self.esp())), LINK_ETHERNET,
                   bytes(ETHER / Dot1Q(vlan=42) / IPv6(self.plain)), LINK_ETHERNET)

    def test_vlan_in_vlan(self):
        self.judge(bytes(ETHER / Dot1AD(vlan=7) / Dot1Q(vlan=42) / IP(self.esp())), LINK_ETHERNET,
                   bytes(ETHER / Dot1AD(vlan=7) / Dot1Q(vlan=42) / IPv6(self.plain)),
                   LINK_ETHERNET)

    def test_cooked(self):
        head = struct.pack("!HHH8sH", 0, 1, 6, bytes(8), 0x0800)
        self.judge(head + self.esp(), 113, self.plain, LINK_RAW)

    def test_cooked_2(self):
        head = struct.pack("!HHIHBB8s", 0x0800, 0, 3, 1, 0, 6, bytes(8))
        self.judge(head + self.esp(), 276, self.plain, LINK_RAW)

    def test_loopback(self):
        self.judge(struct.pack("<I", 2) + self.esp(), 0, self.plain, LINK_RAW)

    def test_pcapng(self):
        """Nanoseconds (if_tsresol 9) in an enhanced packet block."""
        frame = self.esp()
        body = frame + bytes(-len(frame) % 4)
        blocks = struct.pack("<IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)
        blocks += struct.pack("<IIHHIHHB3xHHI", 1, 32, LINK_RAW, 0, 0, 9, 1, 9, 0, 0, 32)
        blocks += struct.pack("<IIIIIII", 6, 32 + len(body), 0, TIME >> 32, TIME & 0xFFFFFFFF,
                              len(frame), len(frame)) + body + struct.pack("<I", 32 + len(body))
        capture = self.folder / "in.pcapng"
        capture.write_bytes(blocks)
        run = self.replay(capture, "--sa", self.sas)
        self.assertEqual(read_pcap(run.output), (LINK_RAW, [(TIME, self.plain)]))

    def test_truncated(self):
        """Cut by the capture: refused with a sentence; the packets around it go through."""
        small = inner_packet(self.random, 6, 0)
        frames = [self.esp(1, small), self.esp(2, inner_packet(self.random, 6, 1000)),
                  self.esp(3, small)]
        capture = write_pcap(self.folder / "in.pcap", frames, cut=200)
        run = self.replay(capture, "--sa", self.sas)
        self.assertEqual(run.results(), ["ok", "refused", "ok"])
        refused = run.report()["packets"][1]
        self.assertEqual(refused["sentence"], f"The capture has 200 of {len(frames[1])} bytes; "
                                              "record with a larger snapshot.")
        self.assert_packets([data for _, data in run.packets()], [small, small], "not truncated")

    def test_pass(self):
        """What is not ours is left out, and with --pass copied, in its place and with its stamp."""
        arp = bytes(ETHER / ARP(pdst="192.0.2.1"))
        other = bytes(ETHER / IP(src="203.0.113.1", dst="203.0.113.2") / b"not ours")
        frames = [arp, bytes(ETHER / IP(self.esp())), other]
        capture = write_pcap(self.folder / "in.pcap", [(TIME + i, f) for i, f in
                                                       enumerate(frames)], LINK_ETHERNET)
        opened = bytes(ETHER / IPv6(self.plain))
        run = self.replay(capture, "--sa", self.sas)
        self.assertEqual(run.results(), ["not_ours", "ok", "not_ours"])
        self.assertEqual(run.packets(), [(TIME + 1, opened)])
        run = self.replay(capture, "--sa", self.sas, "--pass")
        self.assertEqual(run.packets(), [(TIME, arp), (TIME + 1, opened), (TIME + 2, other)])

    def test_pass_of_cooked(self):
        """The output is raw IP, so that what holds no IP cannot stand in it, and that is said."""
        other = bytes(IP(src="203.0.113.1", dst="203.0.113.2") / b"not ours")
        frames = [struct.pack("!HHH8sH", 0, 1, 6, bytes(8), 0x0800) + other,
                  struct.pack("!HHH8sH", 0, 1, 6, bytes(8), 0x0806) + bytes(28)]
        run = self.replay(write_pcap(self.folder / "in.pcap", frames, 113), "--sa", self.sas,
                          "--pass")
        self.assertEqual([data for _, data in run.packets()], [other])
        self.assertIn("(1 without IP cannot stand in it)", run.screen)

    def test_too_long_for_a_descriptor(self):
        """Captures behind segmentation offload have such packets."""
        long = bytes(IP(src=OUTER[4][1], dst=OUTER[4][0], proto=50) / bytes(100)) + bytes(66_000)
        run = self.replay(write_pcap(self.folder / "in.pcap", [long, self.esp()]), "--sa", self.sas)
        self.assertEqual(run.results(), ["refused", "ok"])

    def test_too_long_for_the_card(self):
        for length in (9217, 40_000, 65_535):
            long = bytes(IP(src=OUTER[4][1], dst=OUTER[4][0], proto=50) / bytes(length - 20))
            run = self.replay(write_pcap(self.folder / "in.pcap", [long, self.esp()]), "--sa",
                              self.sas)
            self.assertEqual(run.results(), ["too_long", "ok"], length)


if __name__ == "__main__":
    main()
