# SPDX-License-Identifier: Apache-2.0
"""Judge: tshark opens what the card made, with the keys of --keys-out, and finds the plain packets.

    tshark_test.py PROGRAM CARD

tshark 4.0 knows no ESN, so there is none here.
"""
import itertools
import os
import re
import subprocess

from inner_packets import OUTER, inner_packet, nets, payload_sizes
from replay_tool import KEY_BYTES, ReplayTest, main, write_pcap


def tshark(capture, config_folder, *options):
    """tshark with the esp_sa table of `config_folder`, decryption and ICV checks."""
    environment = dict(os.environ, WIRESHARK_CONFIG_DIR=str(config_folder), HOME=str(config_folder))
    return subprocess.run(
        ["tshark", "-r", str(capture), "-o", "esp.enable_encryption_decode:TRUE",
         "-o", "esp.enable_authentication_check:TRUE",
         # Noise inside looks like this or that; no dissector may fail on it.
         "-d", "udp.port==40001,data", "-d", "tcp.port==40003,data", *options],
        capture_output=True, text=True, check=True, env=environment).stdout


def decrypted(capture, config_folder):
    """The data source "Decrypted Data" of each packet, from tshark's hex dump."""
    found, current = [], None
    for line in tshark(capture, config_folder, "-x").splitlines():
        title = re.match(r"(.+) \((\d+) bytes\):$", line)
        if title:
            current = bytearray() if title[1] == "Decrypted Data" else None
            if current is not None:
                found.append(current)
        elif current is not None and line:
            current += bytes.fromhex(line[6:54])
    return [bytes(data) for data in found]


class Tshark(ReplayTest):
    def judge(self, suite):
        """One SA for each of IPv4 and IPv6, in each other, with and without UDP; mixed packets."""
        kinds = list(itertools.product((4, 6), (4, 6), ("none", "udp")))
        sas, packets = [], []
        for index, (inner, outer, encap) in enumerate(kinds):
            own, peer = OUTER[outer]
            source, destination = nets(inner, index)
            sas.append({"direction": "outbound", "spi": 0x10000 * (index + 1), "suite": suite,
                        "key": self.random_key(suite), "local": own, "peer": peer, "encap": encap,
                        "selector": {"source": source, "destination": destination}})
            packets += [(inner, index, inner_packet(self.random, inner, size, index))
                        for size in payload_sizes(self.random, 30)]
        self.random.shuffle(packets)
        plain = [packet for _, _, packet in packets]
        capture = write_pcap(self.folder / "plain.pcap", plain)
        keys = self.folder / "keys"
        run = self.replay(capture, "--sa", self.write_sas(*sas), "--keys-out", keys)
        self.assertEqual(run.results(), ["ok"] * len(plain))
        self.assertEqual((keys / "esp_sa").stat().st_mode & 0o777, 0o600)

        rows = [row.split("\t") for row in tshark(
            run.output, keys, "-T", "fields", "-e", "esp.icv_good", "-e", "esp.spi", "-e",
            "esp.sequence", "-e", "esp.pad_len", "-e", "esp.protocol").splitlines()]
        self.assertEqual([row[0] for row in rows], ["1"] * len(plain), "ICV good, says tshark")
        opened = decrypted(run.output, keys)
        self.assertEqual(len(opened), len(plain))
        next_sequence = [1] * len(sas)
        inner_seen = []
        for data, row, (inner, index, _) in zip(opened, rows, packets):
            self.assertEqual(int(row[1], 16), sas[index]["spi"])
            self.assertEqual(int(row[2]), next_sequence[index])
            next_sequence[index] += 1
            pad = int(row[3])
            self.assertEqual(data[-2 - pad:-2], bytes(range(1, pad + 1)), "RFC 4303, 2.4")
            self.assertLess(pad, 4, "the least padding")
            self.assertEqual(int(row[4], 16), 4 if inner == 4 else 41)
            inner_seen.append(data[:-2 - pad])
        self.assert_packets(inner_seen, plain, "inner packets, says tshark")

        bad = tshark(run.output, keys, "-o", "ip.check_checksum:TRUE", "-o",
                     "udp.check_checksum:TRUE", "-T", "fields", "-e", "frame.number", "-Y",
                     "ip.checksum.status==0 or udp.checksum.status==0 or _ws.malformed")
        self.assertEqual(bad.split(), [], "packets with a wrong checksum, says tshark")

    def test_aes128gcm16(self):
        self.judge("aes128gcm16")

    def test_aes192gcm16(self):
        self.judge("aes192gcm16")

    def test_aes256gcm16(self):
        self.judge("aes256gcm16")


assert sorted(KEY_BYTES) == sorted(name[5:] for name in dir(Tshark) if name.startswith("test_"))

if __name__ == "__main__":
    main()
