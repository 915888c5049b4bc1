# SPDX-License-Identifier: Apache-2.0
"""What a holdfastd of the lab counts, asked as Prometheus would, and whether it adds up."""
import re
import socket
import time

from proxy import in_namespace

PORT = 9190
METRICS = f"metrics {{\n listen = 127.0.0.1:{PORT}\n}}\n"


def metrics(netns):
    """Name with labels -> value."""
    sock = in_namespace(netns, lambda: socket.create_connection(("127.0.0.1", PORT), 5))
    with sock:
        sock.sendall(b"GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n")
        text = b""
        while part := sock.recv(65536):
            text += part
    return {name: float(value) for name, value in
            re.findall(r"^(holdfast\S*(?:\{[^}]*\})?) (\S+)$", text.decode(), re.MULTILINE)}


def total(values, name):
    return sum(value for key, value in values.items() if key.split("{")[0] == name)


def adds_up(netns):
    """Packets into the card = packets out of it + drops, as soon as it is idle; "" or the numbers."""
    said = ""
    for _ in range(20):
        values = metrics(netns)
        into = sum(value for key, value in values.items()
                   if key.startswith("holdfast_card_packets_total") and 'end="in"' in key)
        out = sum(value for key, value in values.items()
                  if key.startswith("holdfast_card_packets_total") and 'end="out"' in key)
        drops = total(values, "holdfast_card_drops_total")
        if into == out + drops and into > 0:
            return ""
        said = f"{netns}: {into:.0f} in, {out:.0f} out, {drops:.0f} dropped"
        time.sleep(0.1)
    return said
