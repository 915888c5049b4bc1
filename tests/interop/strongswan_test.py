# SPDX-License-Identifier: Apache-2.0
"""Judge: the ESP of two strongSwan daemons, opened by the card, is the traffic at their tunnels.

    strongswan_test.py PROGRAM CARD

The captures are those of tests/vectors/captures. Each SA's results must be, in order and byte for
byte, what the tunnel interface saw in that direction; and the traffic of the tunnel, sent outbound
through SAs with new keys, must come back inbound unchanged.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/pcap"))
from replay_tool import ReplayTest, main, read_pcap  # noqa: E402

CAPTURES = ROOT / "tests/vectors/captures"
ETHERNET_BYTES = 14


def direction_of(packet):
    """(source, destination) of an inner IP packet."""
    return (packet[8:24], packet[24:40]) if packet[0] >> 4 == 6 else (packet[12:16], packet[16:20])


def by_direction(packets):
    found = {}
    for packet in packets:
        found.setdefault(direction_of(packet), []).append(packet)
    return found


class Strongswan(ReplayTest):
    def open_capture(self, name, *options):
        """What the card makes of the wire must be what the tunnel saw."""
        wire = CAPTURES / f"strongswan_{name}_wire.pcap"
        plain = [data for _, data in read_pcap(CAPTURES / f"strongswan_{name}_plain.pcap")[1]]
        run = self.replay(wire, *options)
        opened = [data[ETHERNET_BYTES:] for _, data in run.packets()]
        expected, actual = by_direction(plain), by_direction(opened)
        self.assertEqual(len(expected), 4, "IPv4 and IPv6, there and back")
        self.assertEqual(actual.keys(), expected.keys())
        for direction, packets in expected.items():
            self.assert_packets(actual[direction], packets, "at the tunnel")
        return run

    def judge(self, name):
        run = self.open_capture(name, "--sa", CAPTURES / f"strongswan_{name}_sas.toml")
        summary = run.report()["summary"]
        # IKE on port 4500 is told apart by its marker (RFC 3948, 2.2); nothing else is dropped.
        self.assertEqual(list(summary["all"]["drops"]), ["non_esp_marker"])
        # Results stand in the output in input order with the stamps of their ESP packets.
        times = {packet["number"]: packet for packet in run.report()["packets"]}
        wire = read_pcap(CAPTURES / f"strongswan_{name}_wire.pcap")[1]
        self.assertEqual([time for time, _ in run.packets()],
                         [wire[number - 1][0] for number, packet in times.items()
                          if packet["result"] == "ok"])

    def test_aes128gcm16(self):
        self.judge("aes128gcm16")

    def test_aes256gcm16(self):
        self.judge("aes256gcm16")

    def test_aes192gcm16_in_ipv6(self):
        self.judge("aes192gcm16_ipv6")

    def test_esp_sa_table(self):
        """Keys from Wireshark's table: IPv4 inside first, then, without other SAs, IPv6."""
        name = "aes128gcm16"
        table = (CAPTURES / f"strongswan_{name}_esp_sa").read_text().splitlines(keepends=True)
        plain = [data for _, data in read_pcap(CAPTURES / f"strongswan_{name}_plain.pcap")[1]]
        for inner, version, lines in (("ipv4", 4, table[:2]), ("ipv6", 6, table[2:])):
            keys = self.folder / "esp_sa"
            keys.write_text("".join(lines))
            run = self.replay(CAPTURES / f"strongswan_{name}_wire.pcap", "--esp-sa", keys,
                              "--inner", inner)
            opened = [data[ETHERNET_BYTES:] for _, data in run.packets()]
            self.assertEqual(sorted(opened), sorted(p for p in plain if p[0] >> 4 == version))

    def test_there_and_back(self):
        """strongSwan's plain traffic outbound, then inbound: unchanged, in order."""
        name = "aes256gcm16"
        plain = CAPTURES / f"strongswan_{name}_plain.pcap"
        text = (CAPTURES / f"strongswan_{name}_sas.toml").read_text()
        selectors = re.findall(r'selector\s*= { source = "(\S+)", destination = "(\S+)" }', text)
        sas = [{"spi": 0x2000 + index, "suite": "aes256gcm16",
                "key": self.random_key("aes256gcm16"), "encap": "udp", "local_port": 4500,
                "peer_port": 40000 + index,
                "selector": {"source": source, "destination": destination}}
               for index, (source, destination) in enumerate(selectors)]
        ends = {"local": "192.0.2.1", "peer": "192.0.2.2"}
        out = self.replay(plain, "--sa", self.write_sas(
            *({"direction": "outbound", **sa, **ends} for sa in sas)))
        self.assertEqual(set(out.results()), {"ok"})
        wire = self.folder / "wire.pcap"
        out.output.rename(wire)
        back = self.replay(wire, "--sa", self.write_sas(
            *({"direction": "inbound", **sa, **ends} for sa in sas)))
        self.assertEqual(set(back.results()), {"ok"})
        self.assertEqual(back.packets(), read_pcap(plain)[1], "stamps and bytes")


if __name__ == "__main__":
    main()
