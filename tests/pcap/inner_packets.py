# SPDX-License-Identifier: Apache-2.0
"""Plain packets for the judges, made by scapy."""
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6EchoRequest, IPv6
from scapy.packet import Raw

OUTER = {4: ("192.0.2.1", "198.51.100.7"), 6: ("2001:db8::1", "2001:db8:7::7")}


def nets(family, index=0):
    """Source and destination prefix number `index` of a family."""
    if family == 4:
        return f"10.{index}.1.0/24", f"10.{index}.2.0/24"
    return f"fd01:{index:x}::/64", f"fd02:{index:x}::/64"


def inner_packet(random, family, payload_bytes, index=0):
    """UDP, TCP (ports that no dissector claims) or ping with `payload_bytes` of noise, between
    nets(family, index)."""
    source, destination = (net.split("/")[0] for net in nets(family, index))
    payload = Raw(random.randbytes(payload_bytes))
    dscp_ecn = random.choice((0, 0x02, 0x28, 0xB8))
    host = random.randint(1, 254)
    if family == 4:
        header = IP(src=source[:-1] + str(host), dst=destination[:-1] + "1",
                    id=random.randint(0, 65535), tos=dscp_ecn, ttl=random.randint(1, 255),
                    flags=random.choice(("", "DF")))
        ping = ICMP(id=random.randint(0, 65535))
    else:
        header = IPv6(src=f"{source}{host:x}", dst=f"{destination}1", tc=dscp_ecn,
                      hlim=random.randint(1, 255))
        ping = ICMPv6EchoRequest(id=random.randint(0, 65535))
    transport = random.choice((UDP(sport=40000, dport=40001), TCP(sport=40002, dport=40003), ping))
    return bytes(header / transport / payload)


def payload_sizes(random, count, max_bytes=1400):
    """The small sizes one after the other, then random ones."""
    return [size if size < 20 else random.randint(20, max_bytes) for size in range(count)]
