# SPDX-License-Identifier: Apache-2.0
"""The figures of holdfastd beside strongSwan's charon, in a lab of namespaces, one core a side.

    bench_daemon.py HOLDFASTD IKE_LOAD [--part NAME]... [--long]

Writes a line of JSON for each table, figure and note; holdfast-bench makes the report of them.
"""
import argparse
import json
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "interop"))
import lab  # noqa: E402
from bench_lines import figure, note, problem, table  # noqa: E402
from lab import run, within  # noqa: E402

PROBE = pathlib.Path(__file__).with_name("bench_probe.py")
SECRET = "a secret of the lab"
TICKS = os.sysconf("SC_CLK_TCK")
GROUPS = {14: "modp2048", 19: "ecp256", 31: "curve25519"}
# OpenSSL before all others: its DH, and its AES-GCM for the packets.
CHARON_CONF = """
charon-systemd {{
  load = openssl random nonce aes sha1 sha2 hmac gcm pem pkcs1 pkcs8 x509 revocation constraints \
pubkey gmp kdf vici kernel-libipsec kernel-netlink socket-default updown
  {more}
  journal {{ default = -1 }}
  plugins {{ vici {{ socket = unix://{folder}/vici }} }}
  filelog {{ log {{ path = {folder}/log
    default = 0 }} }}
}}
swanctl {{ load = pem pkcs1 pkcs8 x509 pubkey openssl random
  plugins {{ vici {{ socket = unix://{folder}/vici }} }} }}
"""
RESPONDER_CONF = """
connections {{ t {{
  version = 1
  local_addrs = 198.51.100.1
  proposals = aes128-sha256-{group}
  {more}
  local {{
    auth = psk
    id = b.lab
  }}
  remote {{
    auth = psk
  }}
  children {{ net {{
    local_ts = 10.2.0.0/16
    remote_ts = dynamic
    esp_proposals = aes128gcm16
  }} }}
}} }}
secrets {{ ike-1 {{
  secret = "a secret of the lab"
}} }}
"""
QUIET = "holdfast { log { default = 0 } }\n"


# ---------------------------------------------------------------- gateways on a core


class Pinned:
    """A gateway on one core; `core` and `settings` are set before it starts."""
    core, settings = 0, ""

    def spawn(self, *command):
        super().spawn("taskset", "-c", self.core, *command)

    def seconds(self):
        """Processor time so far, user and system."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def resident_bytes(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) * 1024


class Holdfast(Pinned, lab.Holdfast):
    tun = "holdfast0"

    def launch(self):
        conf = self.swanctl_dir / "swanctl.conf"
        conf.write_text(conf.read_text() + QUIET + self.settings)
        super().launch()


class Charon(Pinned, lab.Charon):
    tun = "ipsec0"

    def launch(self):
        (self.folder / "strongswan.conf").write_text(
            CHARON_CONF.format(folder=self.folder, more=self.settings))
        super().launch()


def variant(kind, **values):
    return type(kind.__name__, (kind,), values)


class Responder:
    """Gateway b alone, and a namespace a where every address of 10.64/10 and 10.128/10 is local."""

    def __init__(self, kind, group, more=""):
        self.temporary = tempfile.TemporaryDirectory(prefix="holdfast_bench_")
        self.network = lab.Network()
        for net in ("10.64.0.0/10", "10.128.0.0/10"):
            run("ip", "-n", "a", "route", "add", "local", net, "dev", "lo")
            run("ip", "-n", "r", "route", "add", net, "via", "192.0.2.1")
        self.group = group
        self.gateway = kind("b", self.temporary.name, RESPONDER_CONF.format(group=group, more=more))

    def __enter__(self):
        self.gateway.start()
        return self

    def __exit__(self, *_):
        self.gateway.stop(signal.SIGKILL)
        self.network.close()
        self.temporary.cleanup()

    def load(self, count, window=8, more=(), hold=0):
        """What the load program says, with processor time and memory of the gateway."""
        gateway = self.gateway
        cpu, memory = gateway.seconds(), gateway.resident_bytes()
        process = subprocess.Popen(
            within("a", "taskset", "-c", "1", ARGUMENTS.ike_load, "--peer", "198.51.100.1",
                   "--secret", SECRET, "--count", str(count), "--window", str(window),
                   "--proposals", f"aes128-sha256-{self.group}", *more),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        peak = memory
        os.set_blocking(process.stdout.fileno(), False)
        line = ""
        while not line and process.poll() is None and gateway.process.poll() is None:
            time.sleep(0.02)
            peak = max(peak, gateway.resident_bytes())
            line = process.stdout.readline()
        if not line:
            raise AssertionError(f"the load ended early, with {process.poll()}; the gateway with "
                                 f"{gateway.process.poll()}\n{gateway.log()[-1000:]}")
        result = json.loads(line)
        result["cpu"] = gateway.seconds() - cpu
        time.sleep(hold)
        result["memory"] = gateway.resident_bytes() - memory
        result["resident"], result["peak"] = gateway.resident_bytes(), peak
        process.stdin.close()
        process.wait(60)
        return result


# ---------------------------------------------------------------- parts


def setups():
    """Main and Quick Mode a second of the responder's processor time."""
    count = 1000
    table("daemon.setups", f"responder set-ups a CPU second, PSK, {count:,} of each",
          "set-ups/s; ratio", ("holdfast", "charon", "ratio"), digits=1, has_wanted=False)
    ratios, memory = [], []
    short = "dh_exponent_ansi_x9_42 = no"
    for number, group in GROUPS.items():
        rates = {}
        for name, kind in (("holdfast", variant(Holdfast, card="soft:sas=4096,paths=2048")),
                           ("charon", Charon),
                           *([("short", variant(Charon, settings=short))] if number == 14 else [])):
            with Responder(kind, group) as net:
                result = net.load(count)
                check_up(result, count)
                rates[name] = count / result["cpu"]
                if name == "charon":
                    memory.append(result["memory"] / count)
        for name, what in (("charon", f"group {number}"),
                           ("short", f"group {number}, charon with short exponents")):
            if name in rates:
                ratio = rates["holdfast"] / rates[name]
                figure(what, rates["holdfast"], rates[name], ratio)
                ratios.append((what, ratio))
    table("daemon.setups_ratio", "the same as a ratio", "times charon's")
    for what, ratio in ratios:
        figure(what, ratio, at_least=1.5)
    return statistics.median(memory)


def check_up(result, count):
    if result["up"] != count:
        problem(f"{count - result['up']} of {count} initiators are not up")


def memory(charon_bytes=None):
    """Resident memory for each pair of an ISAKMP SA and an IPsec SA."""
    count, hold = 10_000, 600 if ARGUMENTS.long else 40
    conf = "dpd_delay = 10s\n  dpd_timeout = 60s"
    with Responder(variant(Holdfast, card="soft:"), GROUPS[31]) as net:
        empty = net.gateway.resident_bytes()
    with Responder(variant(Holdfast, card="soft:sas=20480,paths=10240"), GROUPS[31], conf) as net:
        result = net.load(count, hold=hold, more=("--more", "dpd_delay = 0s"))
        check_up(result, count)
        ours = (result["resident"] - empty) / count / 1000
    if charon_bytes is None:
        with Responder(Charon, GROUPS[31]) as net:
            charon_bytes = net.load(1000)["memory"] / 1000
    table("daemon.memory", "resident memory of an ISAKMP SA and its IPsec SA", "kB")
    figure(f"{count:,} pairs, rows of soft: included", ours, at_most=6.0)
    figure("charon, 1,000 pairs", charon_bytes / 1000)
    note(f"measured after {hold} s of DPD, every 10 s; against a daemon without SAs")


def first_packet():
    """From vici's initiate to the first ESP packet on the wire."""
    table("daemon.first_packet", "from vici initiate to the first ESP packet, group 31, 100 runs",
          "ms", ("median", "worst"), has_wanted=False)
    medians = []
    for kind in (Holdfast, Charon):
        with lab.Lab(kind, variant(kind, core=1)) as net:
            done = run(*within("a", sys.executable, PROBE, "first", net.a.folder / "vici", 100),
                       timeout=300)
            times = json.loads(done.stdout)
        medians.append(statistics.median(times))
        figure(kind.__name__.lower(), medians[-1], max(times))
    table("daemon.first_packet_median", "the median of holdfastd", "ms")
    figure("holdfastd, soft:", medians[0], at_most=15)


INNER_HEADERS, INNER_PAYLOAD = 28, 1372  # of a packet of the flood


def inner_packets(gateway, way):
    """Those of the flood that passed the gateway's TUN, also where many passed it as one."""
    shown = run(*within(gateway.name, "ip", "-j", "-s", "link", "show", gateway.tun)).stdout
    stats = json.loads(shown)[0]["stats64"][way]
    return (stats["bytes"] - INNER_HEADERS * stats["packets"]) / INNER_PAYLOAD


def join_directly(_):
    """One wire between a and b: what a router does for a packet would count as its sender's."""
    run("ip", "-n", "a", "link", "del", "wire")
    run("ip", "-n", "b", "link", "del", "wire")
    lab.Network.link("a", "wire", lab.ADDRESS["a"], "b", "wire", lab.ADDRESS["b"])
    run("ip", "-n", "a", "route", "add", "default", "dev", "wire")
    run("ip", "-n", "b", "route", "add", "default", "dev", "wire")


UDP_ENCAPSULATED = "encap = yes"


def throughput_of(kind, seconds, more=""):
    """Inner Mbit a CPU second, of the gateway that encrypts and of the one that decrypts. Both share
    core 0, so that the load from core 1 keeps it full."""
    with lab.Lab(kind, kind, prepare=join_directly, more=more) as net:
        net.a.initiate()
        lab.ping("a")

        def snapshot():
            return [inner_packets(net.a, "tx"), inner_packets(net.b, "rx"), net.a.seconds(),
                    net.b.seconds()]

        sink = subprocess.Popen(within("b", sys.executable, str(PROBE), "sink"))
        before, started = snapshot(), time.monotonic()
        run(*within("a", "taskset", "-c", "1", sys.executable, PROBE, "flood", seconds),
            timeout=seconds + 60)
        wall = time.monotonic() - started
        time.sleep(0.5)
        after = snapshot()
        sink.terminate()
        sink.wait()
    out, received, cpu_out, cpu_in = (late - early for early, late in zip(before, after))
    bits = 1400 * 8 / 1e6
    return out * bits / cpu_out, received * bits / cpu_in, out * bits / wall, received * bits / wall


def stream_of(kind, seconds, more=""):
    """The same of one TCP connection that has its payload counted."""
    with lab.Lab(kind, kind, prepare=join_directly, more=more) as net:
        net.a.initiate()
        lab.ping("a")
        drain = subprocess.Popen(within("b", "taskset", "-c", "1", sys.executable, str(PROBE),
                                        "drain"), stdout=subprocess.PIPE, text=True)
        drain.stdout.readline()
        before, started = (net.a.seconds(), net.b.seconds()), time.monotonic()
        done = run(*within("a", "taskset", "-c", "1", sys.executable, PROBE, "stream", seconds),
                   timeout=seconds + 60)
        wall = time.monotonic() - started
        cpu_out, cpu_in = net.a.seconds() - before[0], net.b.seconds() - before[1]
        drain.wait(10)
    bits = int(done.stdout) * 8 / 1e6
    return bits / cpu_out, bits / cpu_in, bits / wall, bits / wall


def throughput():
    columns = ("out", "in", "out wall", "in wall")
    table("daemon.throughput", "inner traffic by gateway: a CPU second, and as it came through "
          "with both gateways on one core; 1,400-byte packets of UDP, and a TCP connection",
          "Mbit/s", columns, digits=0, has_wanted=False)
    raw, udp = throughput_of(Holdfast, 4), throughput_of(Holdfast, 4, UDP_ENCAPSULATED)
    charon = throughput_of(Charon, 4)
    tcp, charon_tcp = stream_of(Holdfast, 4, UDP_ENCAPSULATED), stream_of(Charon, 4)
    figure("holdfastd, soft:, raw ESP", *raw)
    figure("holdfastd, soft:, ESP in UDP", *udp)
    figure("charon, kernel-libipsec (ESP in UDP), AES-GCM of OpenSSL", *charon)
    figure("TCP: holdfastd, soft:, ESP in UDP", *tcp)
    figure("TCP: charon", *charon_tcp)
    table("daemon.throughput_ratio", "against charon's userspace ESP (nothing about the kernel's)",
          "times charon's")
    for name, ours in (("raw ESP", raw), ("ESP in UDP", udp)):
        figure(f"{name}: came through, both gateways on one core", ours[3] / charon[3],
               at_least=2.0)
    figure("ESP in UDP: out, a CPU second", udp[0] / charon[0], at_least=2.0)
    figure("ESP in UDP: in, a CPU second", udp[1] / charon[1], at_least=2.0)
    figure("raw ESP: out, a CPU second", raw[0] / charon[0])
    figure("raw ESP: in, a CPU second", raw[1] / charon[1])
    figure("TCP: out, a CPU second", tcp[0] / charon_tcp[0], at_least=2.0)
    figure("TCP: in, a CPU second", tcp[1] / charon_tcp[1], at_least=2.0)
    note("the load is more than fits: charon encrypts much that it then has no time to decrypt")
    table("daemon.throughput_verilated", "the simulated RTL, both ends", "Mbit/s", columns,
          digits=2, has_wanted=False)
    figure("holdfastd, verilated:", *throughput_of(variant(Holdfast, card="verilated:"), 5))


def flood():
    """All at once, with forged first messages."""
    count = 10_000
    settings = ("holdfast { half_open { limit = 4000\n per_address = 50 } }\n")
    with Responder(variant(Holdfast, card="soft:sas=20480,paths=10240", settings=settings),
                   GROUPS[31]) as net:
        result = net.load(count, window=count, more=("--forged", str(10 * count)))
        table("daemon.flood", "10,000 initiators at once, group 31, and 100,000 forged first "
              "messages; half-open limit 4,000", "")
        figure("initiators up", result["up"], at_least=count)
        figure("peak of resident memory, MB", result["peak"] / 1e6, at_most=200)
        figure("seconds until all were up and forged sent", result["seconds"])
        figure("messages of initiators sent again", result["sent_again"])
        still_up = net.gateway.sas().count("ESTABLISHED")
        figure("ISAKMP SAs that the daemon lists", still_up, at_least=count)


PARTS = {"setups": setups, "memory": memory, "first_packet": first_packet,
         "throughput": throughput, "flood": flood}


def main():
    global ARGUMENTS
    parser = argparse.ArgumentParser()
    parser.add_argument("holdfastd")
    parser.add_argument("ike_load")
    parser.add_argument("--part", action="append", choices=PARTS)
    parser.add_argument("--long", action="store_true", help="memory after 10 minutes of DPD")
    ARGUMENTS = parser.parse_args()
    lab.enter()
    lab.Holdfast.program = ARGUMENTS.holdfastd
    results = {}
    for name, part in PARTS.items():
        if ARGUMENTS.part and name not in ARGUMENTS.part:
            continue
        try:
            results[name] = part(results["setups"]) if name == "memory" and "setups" in results \
                else part()
        except Exception as error:  # the other parts are still worth their time
            problem(f"{name}: {error}")


if __name__ == "__main__":
    main()
