# SPDX-License-Identifier: Apache-2.0
"""What bench_daemon.py runs inside a namespace: a flood of packets, a sink for it, and the time
from vici's initiate to the first ESP packet.

    bench_probe.py first VICI_SOCKET RUNS | flood SECONDS | sink | stream SECONDS | drain
"""
import json
import multiprocessing
import socket
import struct
import sys
import time

SOURCE, TARGET = "10.1.0.1", ("10.2.0.1", 9000)
PAYLOAD = bytes(1400 - 28)


def udp():
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((SOURCE, 0))
    return sock


def flood(seconds):
    sock, end = udp(), time.monotonic() + seconds
    sock.setblocking(False)
    while time.monotonic() < end:
        for _ in range(32):
            try:
                sock.sendto(PAYLOAD, TARGET)
            except OSError:
                pass  # no space: as fast as it goes


def sink():
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(TARGET)
    time.sleep(3600)


def stream(seconds):
    """One TCP connection as fast as it goes; prints the bytes that arrived."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.bind((SOURCE, 0))
    sock.connect(TARGET)
    end, block = time.monotonic() + seconds, bytes(1 << 17)
    while time.monotonic() < end:
        sock.sendall(block)
    sock.shutdown(socket.SHUT_WR)
    print(sock.makefile().readline())


def drain():
    listener = socket.create_server(TARGET)
    print("ready", flush=True)
    sock, total = listener.accept()[0], 0
    while size := len(sock.recv(1 << 17)):
        total += size
    sock.sendall(f"{total}\n".encode())


def trickle():
    sock = udp()
    while True:
        try:
            sock.sendto(b"x" * 64, TARGET)
        except OSError:
            pass
        time.sleep(0.0003)


class Vici:
    """The few messages that are needed."""

    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(path)

    def send(self, command, **values):
        body = bytes([0, len(command)]) + command.encode()
        for key, value in values.items():
            body += bytes([3, len(key)]) + key.encode() + struct.pack(">H", len(value)) + value.encode()
        self.sock.sendall(struct.pack(">I", len(body)) + body)

    def receive(self):
        (size,) = struct.unpack(">I", self.sock.recv(4, socket.MSG_WAITALL))
        answer = self.sock.recv(size, socket.MSG_WAITALL)
        if answer[0] != 1 or b"success\x00\x03yes" not in answer:
            raise AssertionError(f"vici says {answer!r}")


def is_esp(packet):
    if packet[9] == 50:
        return True
    ports = struct.unpack(">HH", packet[20:24])
    return packet[9] == 17 and 4500 in ports and packet[28:32] != bytes(4) and len(packet) > 40


def first(path, runs):
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
    wire.bind(("wire", 3))
    wire.settimeout(10)
    vici, times = Vici(path), []
    for _ in range(runs):
        wire.setblocking(False)
        try:
            while True:
                wire.recv(2048)
        except BlockingIOError:
            wire.settimeout(10)
        started = time.perf_counter()
        vici.send("initiate", child="net", ike="t", timeout="10000")
        while not is_esp(wire.recv(2048)):
            pass
        times.append((time.perf_counter() - started) * 1000)
        vici.receive()
        vici.send("terminate", ike="t", timeout="10000")
        vici.receive()
        time.sleep(0.05)
    print(json.dumps(times))


if __name__ == "__main__":
    if sys.argv[1] == "flood":
        flood(float(sys.argv[2]))
    elif sys.argv[1] == "sink":
        sink()
    elif sys.argv[1] == "stream":
        stream(float(sys.argv[2]))
    elif sys.argv[1] == "drain":
        drain()
    else:
        traffic = multiprocessing.Process(target=trickle, daemon=True)
        traffic.start()
        first(sys.argv[2], int(sys.argv[3]))
