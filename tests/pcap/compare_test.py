# SPDX-License-Identifier: Apache-2.0
"""Judge: --compare finds no difference between this card and the reference model.

    compare_test.py PROGRAM CARD

The traffic is scapy's ESP with every second packet damaged somewhere, so that most drop reasons
occur, plain packets, and a capture of strongSwan.
"""
import pathlib

from inner_packets import inner_packet, nets, payload_sizes
from replay_tool import Replay, ReplayTest, main, write_pcap
from scapy_test import Peer

CAPTURES = pathlib.Path(__file__).resolve().parents[1] / "vectors/captures"


class Compare(ReplayTest):
    def judge(self, capture, sas):
        run = self.replay(capture, "--sa", sas, "--compare", "soft:")
        self.assertIn("says the same of every packet", run.screen)
        return run

    def damage(self, packet):
        """Cut, lengthened, or with one to three bits changed."""
        kind = self.random.randrange(4)
        if kind == 0:
            return packet[:self.random.randrange(20, len(packet))]
        if kind == 1:
            return packet + self.random_bytes(self.random.randrange(1, 9))
        changed = bytearray(packet)
        for _ in range(self.random.randrange(1, 4)):
            changed[self.random.randrange(len(changed))] ^= 1 << self.random.randrange(8)
        return bytes(changed)

    def damage_inside(self, peer, inner):
        """Packet, padding, pad length, next header, one of which is not right."""
        next_header = 4 if peer.inner == 4 else 41
        kind = self.random.randrange(6)
        if kind == 0:
            next_header = self.random.choice((59, 0, 6, 45 - next_header))
        elif kind == 1:  # source and destination of another SA
            inner = inner_packet(self.random, peer.inner, 30, 99)
        elif kind == 2:  # version, length
            inner = bytes((inner[0] ^ self.random.choice((0x20, 0x0F, 0xF0)),)) + inner[1:]
        elif kind == 3:
            inner = inner[:self.random.randrange(0, 30)]
        elif kind == 4:  # room for a hidden tail: RFC 4303, 2.7
            inner += self.random_bytes(self.random.randrange(1, 60))
        pad = -(len(inner) + 2) % 4 + 4 * self.random.randrange(3)
        padding = bytearray(range(1, pad + 1))
        if kind == 5 and pad > 0:
            padding[self.random.randrange(pad)] ^= 1 << self.random.randrange(8)
        elif kind == 5:
            pad = 255
        return inner + bytes(padding) + bytes((pad, next_header))

    def test_inbound(self):
        kinds = [(suite, inner, outer, encap, has_esn)
                 for suite, inner, outer, encap, has_esn in (
                     ("aes128gcm16", 4, 4, "none", False), ("aes256gcm16", 6, 4, "udp", True),
                     ("aes192gcm16", 4, 6, "udp", False), ("aes256gcm16", 6, 6, "none", False))]
        peers = [Peer(self.random, *kind, 0x1000 + index, index) for index, kind in
                 enumerate(kinds)]
        wire = []
        for peer in peers:
            for sequence, size in enumerate(payload_sizes(self.random, 120, 600), 1):
                inner = inner_packet(self.random, peer.inner, size, peer.index)
                kind = self.random.randrange(4)
                if kind == 0:
                    wire.append(self.damage(peer.encrypt(inner, sequence)))
                elif kind == 1:
                    wire.append(peer.seal(self.damage_inside(peer, inner), sequence))
                else:
                    wire.append(peer.encrypt(inner, sequence))
                if self.random.random() < 0.1:
                    wire.append(self.random.choice(wire))  # a repeat
        run = self.judge(write_pcap(self.folder / "wire.pcap", wire),
                         self.write_sas(*(peer.table("inbound") for peer in peers)))
        self.assertLessEqual({"ok", "icv", "truncated", "padding", "next_header", "dummy",
                              "inner_header", "selector"}, set(run.results()))

    def test_outbound(self):
        sas, plain = [], []
        for index, (inner, outer, encap, more) in enumerate((
                (4, 4, "none", {"df": "clear"}), (4, 4, "udp", {"df": "copy", "dscp": 46}),
                (6, 4, "none", {"df": "set", "ecn": False}), (4, 6, "udp", {}),
                (6, 6, "none", {"esn": True, "first_sequence": (1 << 32) - 20}),
                (4, 4, "none", {"lifetime": {"hard_packets": 20}}),
                (4, 4, "none", {"first_sequence": (1 << 32) - 20}))):
            peer = Peer(self.random, "aes256gcm16", inner, outer, encap, False, 0x1000 + index,
                        index)
            sas.append({**peer.table("outbound"), **more})
            plain += [inner_packet(self.random, inner, size, index)
                      for size in payload_sizes(self.random, 40)]
        self.random.shuffle(plain)
        plain += [packet[:-1] for packet in plain[:10]]
        run = self.judge(write_pcap(self.folder / "plain.pcap", plain), self.write_sas(*sas))
        self.assertLessEqual({"ok", "lifetime", "sequence", "truncated"}, set(run.results()))

    def test_strongswan(self):
        for name in ("aes128gcm16", "aes192gcm16_ipv6", "aes256gcm16"):
            self.judge(CAPTURES / f"strongswan_{name}_wire.pcap",
                       CAPTURES / f"strongswan_{name}_sas.toml")

    def test_a_card_that_stops(self):
        """A DMA fault stops the queue: the first card's, and that of the second one."""
        capture = CAPTURES / "strongswan_aes128gcm16_wire.pcap"
        sas = CAPTURES / "strongswan_aes128gcm16_sas.toml"
        whole = self.replay(capture, "--sa", sas, card="soft:").results()
        faulty = "verilated:faults=ur:50"
        first = Replay(self.folder, capture, "--sa", sas, card=faulty)
        self.assertEqual(first.exit_code, 2)
        self.assertIn("the card stopped: descriptor_read", first.complaint)
        results = first.results()
        self.assertEqual(len(results), len(whole), "a line for each packet")
        last = [packet for packet in first.report()["packets"] if packet["result"] == "refused"]
        self.assertEqual({packet["sentence"] for packet in last},
                         {"The card stopped: descriptor_read."})
        second = Replay(self.folder, capture, "--sa", sas, "--compare", faulty, card="soft:")
        self.assertEqual(second.exit_code, 2)
        self.assertIn("the card to compare with: queue 0: the card stopped", second.complaint)
        self.assertEqual(second.results(), whole)


if __name__ == "__main__":
    main()
