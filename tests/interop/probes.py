# SPDX-License-Identifier: Apache-2.0
"""Numbered datagrams at a steady pace, each direction judged at its receiver.

    probes.py OWN PEER PACKETS_PER_SECOND SECONDS

sends from OWN to PEER and listens on OWN at the same time; prints one line of JSON: how many it
sent, and the monotonic time and number of each that it received.
"""
import json
import select
import socket
import struct
import sys
import time

PORT = 4242
HELLO = b"hello"


def meet(sock, peer):
    """Until both ends listen: what is sent before would count as lost."""
    met_at, early = None, []
    while met_at is None or time.monotonic() < met_at + 0.3:
        sock.sendto(HELLO, (peer, PORT))
        if select.select([sock], [], [], 0.05)[0]:
            data = sock.recv(64)
            met_at = met_at or time.monotonic()
            if data != HELLO:
                early.append((time.monotonic(), struct.unpack("!Q", data)[0]))
    return early


def main():
    own, peer, rate, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4])
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    sock.bind((own, PORT))
    sock.setblocking(False)
    received, number = meet(sock, peer), 0
    begin = time.monotonic()
    # A second longer: what is under way still comes.
    while (now := time.monotonic()) < begin + seconds + 1:
        while number < rate * min(now - begin, seconds):
            try:
                sock.sendto(struct.pack("!Q", number), (peer, PORT))
            except OSError:
                pass  # counts as lost
            number += 1
        select.select([sock], [], [], 0.2 / rate)
        try:
            while True:
                data = sock.recv(64)
                if data != HELLO:
                    received.append((time.monotonic(), struct.unpack("!Q", data)[0]))
        except BlockingIOError:
            pass
    print(json.dumps({"sent": number, "received": received}))


if __name__ == "__main__":
    main()
