# SPDX-License-Identifier: Apache-2.0
"""Judge: scapy builds ESP that the card must open, and opens ESP that the card built.

    scapy_test.py PROGRAM CARD

scapy's ESP is a Python implementation of its own on top of the `cryptography` package. With ESN its
AES-GCM AAD is SPI, high half, low half, as RFC 4106, 5 says; test_esn_aad checks that against
`cryptography` alone, so that scapy's own reading of the RFC is not the judge.
"""
import struct

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from inner_packets import OUTER, inner_packet, nets, payload_sizes
from replay_tool import KEY_BYTES, LINK_ETHERNET, ReplayTest, main, write_pcap
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.ipsec import ESP, SecurityAssociation
from scapy.layers.l2 import Ether
from scapy.packet import Raw

IP_CLASS = {4: IP, 6: IPv6}


class Peer:
    """The far end of one SA, as scapy sees it."""

    def __init__(self, random, suite, inner, outer, encap, has_esn=False, spi=0x12345678, index=0):
        self.suite, self.inner, self.outer, self.encap = suite, inner, outer, encap
        self.has_esn, self.spi, self.index = has_esn, spi, index
        self.key = random.randbytes(KEY_BYTES[suite] + 4)
        own, peer = OUTER[outer]
        self.sa = SecurityAssociation(
            ESP, spi=spi, crypt_algo="AES-GCM", crypt_key=self.key, crypt_icv_size=16,
            esn_en=has_esn, tunnel_header=IP_CLASS[outer](src=peer, dst=own),
            nat_t_header=UDP(sport=4500, dport=4500) if encap == "udp" else None)

    def table(self, direction, **more):
        own, peer = OUTER[self.outer]
        source, destination = nets(self.inner, self.index)
        return {"direction": direction, "spi": self.spi, "suite": self.suite, "key": self.key,
                "local": own, "peer": peer, "encap": self.encap, "esn": self.has_esn,
                "selector": {"source": source, "destination": destination}, **more}

    def encrypt(self, packet, sequence):
        plain = IP_CLASS[self.inner](packet)
        made = self.sa.encrypt(plain, seq_num=sequence & 0xFFFFFFFF, esn_en=self.has_esn,
                               esn=sequence >> 32)
        return bytes(made)

    def seal(self, text, sequence):
        """Anything as plaintext, trailer included: RFC 4106 by `cryptography` alone."""
        own, far = OUTER[self.outer]
        head = struct.pack("!LL", self.spi, sequence & 0xFFFFFFFF)
        aad = struct.pack("!LQ", self.spi, sequence) if self.has_esn else head
        iv = struct.pack("!Q", sequence)
        esp = head + iv + AESGCM(self.key[:-4]).encrypt(self.key[-4:] + iv, text, aad)
        if self.encap == "udp":
            return bytes(IP_CLASS[self.outer](src=far, dst=own) /
                         UDP(sport=4500, dport=4500) / Raw(esp))
        protocol = {"proto" if self.outer == 4 else "nh": 50}
        return bytes(IP_CLASS[self.outer](src=far, dst=own, **protocol) / Raw(esp))

    def decrypt(self, packet, sequence):
        outer = IP_CLASS[self.outer](packet)
        return bytes(self.sa.decrypt(outer, esn_en=self.has_esn, esn=sequence >> 32))


class Scapy(ReplayTest):
    def peers(self, has_esn):
        kinds = [(inner, outer, encap) for inner in (4, 6) for outer in (4, 6)
                 for encap in ("none", "udp")]
        suites = list(KEY_BYTES)
        return [Peer(self.random, suites[index % 3], *kind, has_esn, 0x1000 * (index + 1), index)
                for index, kind in enumerate(kinds)]

    def mixed(self, peers, count):
        """(peer, inner packet), `count` a peer, in random order."""
        mixed = [(peer, inner_packet(self.random, peer.inner, size, peer.index))
                 for peer in peers for size in payload_sizes(self.random, count)]
        self.random.shuffle(mixed)
        return mixed

    def judge_inbound(self, has_esn, first, ethernet=False):
        peers = self.peers(has_esn)
        next_sequence = dict.fromkeys((peer.spi for peer in peers), first)
        wire, plain = [], []
        for peer, packet in self.mixed(peers, 25):
            made = peer.encrypt(packet, next_sequence[peer.spi])
            next_sequence[peer.spi] += self.random.choice((1, 1, 1, 2, 50))
            if ethernet:
                head = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")
                made = bytes(head / IP_CLASS[peer.outer](made))
                made += bytes(max(0, 60 - len(made)))  # as the wire pads it
                packet = bytes(head / IP_CLASS[peer.inner](packet))
            wire.append(made)
            plain.append(packet)
        sas = self.write_sas(*(peer.table("inbound", first_sequence=first) for peer in peers))
        capture = write_pcap(self.folder / "wire.pcap", wire,
                             *([LINK_ETHERNET] if ethernet else []))
        run = self.replay(capture, "--sa", sas)
        self.assertEqual(run.results(), ["ok"] * len(wire), self.context(run))
        self.assert_packets([data for _, data in run.packets()], plain, "opened by the card")

    def test_inbound(self):
        self.judge_inbound(has_esn=False, first=1)

    def test_inbound_ethernet(self):
        self.judge_inbound(has_esn=False, first=1, ethernet=True)

    def test_inbound_esn(self):
        self.judge_inbound(has_esn=True, first=1)

    def test_inbound_esn_across_the_low_half(self):
        """The high half is inferred, never seen (RFC 4303, A2.1)."""
        self.judge_inbound(has_esn=True, first=(3 << 32) - 40)

    def judge_outbound(self, has_esn, first):
        peers = self.peers(has_esn)
        mixed = self.mixed(peers, 25)
        sas = self.write_sas(*(peer.table("outbound", first_sequence=first) for peer in peers))
        capture = write_pcap(self.folder / "plain.pcap", [packet for _, packet in mixed])
        run = self.replay(capture, "--sa", sas)
        self.assertEqual(run.results(), ["ok"] * len(mixed), self.context(run))
        opened, next_sequence = [], dict.fromkeys((peer.spi for peer in peers), first)
        for (peer, _), (_, data) in zip(mixed, run.packets()):
            sequence = next_sequence[peer.spi]
            next_sequence[peer.spi] += 1
            outer = IP_CLASS[peer.outer](data)
            self.assertEqual(outer[ESP].spi, peer.spi)
            self.assertEqual(outer[ESP].seq, sequence & 0xFFFFFFFF)
            self.assertEqual((outer.src, outer.dst), OUTER[peer.outer])
            self.assertEqual(UDP in outer, peer.encap == "udp")
            opened.append(peer.decrypt(data, sequence))
        self.assert_packets(opened, [packet for _, packet in mixed], "opened by scapy")

    def test_outbound(self):
        self.judge_outbound(has_esn=False, first=1)

    def test_outbound_esn(self):
        self.judge_outbound(has_esn=True, first=(7 << 32) - 10)

    def test_esn_aad(self):
        """Without scapy: AAD is SPI, high half, low half; nonce is salt, IV (RFC 4106, 4 and 5)."""
        peer = Peer(self.random, "aes256gcm16", 4, 4, "none", has_esn=True)
        sequence = (5 << 32) + 77
        packet = inner_packet(self.random, 4, 100)
        pad = -(len(packet) + 2) % 4
        made = peer.seal(packet + bytes(range(1, pad + 1)) + bytes((pad, 4)), sequence)
        sas = self.write_sas(peer.table("inbound", first_sequence=sequence - 1))
        run = self.replay(write_pcap(self.folder / "wire.pcap", [made]), "--sa", sas)
        self.assert_packets([data for _, data in run.packets()], [packet], "opened by the card")

    def test_what_is_wrong_is_dropped(self):
        """Any bit changed behind the SPI is an ICV failure, but for the sequence number's window."""
        peer = Peer(self.random, "aes128gcm16", 4, 4, "none")
        wire = []
        good = peer.encrypt(inner_packet(self.random, 4, 60), 1000)
        for _ in range(60):
            bad = bytearray(good)
            bit = self.random.randrange(8 * 28, 8 * len(bad))  # behind IP 20, SPI 4, sequence 4
            bad[bit // 8] ^= 1 << bit % 8
            wire.append(bytes(bad))
        wire += [good, good]
        sas = self.write_sas(peer.table("inbound"))
        run = self.replay(write_pcap(self.folder / "wire.pcap", wire), "--sa", sas)
        results = run.results()
        self.assertEqual(results[:61], ["icv"] * 60 + ["ok"], self.context(run))
        self.assertIn(results[61], ("replay_early", "replay_late"))


if __name__ == "__main__":
    main()
