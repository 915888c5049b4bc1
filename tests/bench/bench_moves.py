# SPDX-License-Identifier: Apache-2.0
"""What a move costs the gateway: updates a second, processor time, one update for many SAs.

    bench_moves.py HOLDFASTD IKE_LOAD

Writes lines of JSON as bench_daemon.py does, whose labs it uses.
"""
import argparse
import json
import subprocess
import time

import bench_daemon
import lab
from bench_daemon import Charon, GROUPS, Holdfast, Responder, join_directly, variant
from bench_lines import figure, note, problem, table
from lab import run

# All clients have one selector: what moves is the path, whoever is behind it.
CHILD = ("remote_ts = dynamic", "remote_ts = 10.1.0.0/16")


class MovingResponder(Responder):
    """Gateway b, and initiators that have two addresses each."""

    def __init__(self, kind, group, more=""):
        super().__init__(kind, group, more)
        join_directly(None)
        for name, peer in (("a", "198.51.100.1"), ("b", "192.0.2.1")):  # one neighbour for all
            run("ip", "-n", name, "route", "replace", "default", "via", peer, "dev", "wire",
                "onlink")
        conf = self.gateway.swanctl_dir / "swanctl.conf"
        conf.write_text(conf.read_text().replace(*CHILD))

    def move(self, count, moves, window, children=1):
        """All initiators come up, then each moves `moves` times; seconds of the gateway a move."""
        process = subprocess.Popen(
            lab.within("a", "taskset", "-c", "1", bench_daemon.ARGUMENTS.ike_load, "--peer",
                       "198.51.100.1", "--secret", bench_daemon.SECRET, "--count", str(count),
                       "--window", str(window), "--local-ts", "10.1.0.0/16", "--moves", str(moves), "--children", str(children),
                       "--proposals", f"aes128-sha256-{self.group}"),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        up = json.loads(process.stdout.readline())
        if up["up"] != count:
            problem(f"{count - up['up']} of {count} initiators are not up")
        time.sleep(1)
        began = self.gateway.seconds()
        process.stdin.write("\n")
        process.stdin.flush()
        result = json.loads(process.stdout.readline())
        cost = self.gateway.seconds() - began
        if result["lost"]:
            problem(f"{result['lost']} of {count * moves} moves came to nothing")
        process.stdin.close()
        process.wait(60)
        return cost / max(1, result["moved"]), result


def updates():
    """UPDATE to final ACK at a gateway with many peers."""
    count, moves = 10_000, 3
    with MovingResponder(variant(Holdfast, card="soft:sas=20480,paths=10240"), GROUPS[31]) as net:
        cost, result = net.move(count, moves, 64)
    table("moves.updates", f"updates a CPU second of the gateway, {count:,} ISAKMP SAs, each moved "
          f"{moves} times, old address gone, soft:", "updates/s")
    figure("UPDATE to final ACK, sockets included", 1 / cost, at_least=20_000)
    note(f"four messages each; {result['moved']:,} moves in {result['seconds']:.1f} s, "
         f"{result['lost']} lost; rate limit at its default")
    return cost


def negotiations(cost):
    """The same for who has to negotiate anew: Main Mode and Quick Mode."""
    table("moves.anew", "processor time of the gateway: a move against Main and Quick Mode anew",
          "µs; times a move", ("cost", "ratio"), digits=1, has_wanted=False)
    figure("a move of ours", cost * 1e6, 1)
    ratios = {}
    for name, kind, number in (("charon", Charon, 14),
                               ("holdfast", variant(Holdfast, card="soft:sas=4096,paths=2048"), 14),
                               ("holdfast", variant(Holdfast, card="soft:sas=4096,paths=2048"), 31)):
        count = 500
        with Responder(kind, GROUPS[number]) as net:
            each = net.load(count)["cpu"] / count
        ratios[name, number] = each / cost
        figure(f"{name}, group {number}", each * 1e6, each / cost)
    table("moves.anew_ratio", "strongSwan's, group 14, as a multiple of a move", "times")
    figure("Main and Quick Mode of charon", ratios["charon", 14], at_least=50)


def one_update():
    """One exchange moves all SAs of a peer."""
    table("moves.one", "one update that moves all SAs of a peer, old address gone, from the change "
          "to the final ACK", "ms", ("ms",), digits=2, has_wanted=False)
    for card, count in (("soft:", 1), ("soft:", 100), ("soft:sas=20480,paths=64", 10_000),
                        ("verilated:", 1), ("verilated:", 100)):
        try:
            with MovingResponder(variant(Holdfast, card=card), GROUPS[31]) as net:
                _, result = net.move(1, 1, 1, children=count)
            figure(f"{count:,} pairs, {card.split(':')[0]}:", result["last_ms"])
        except Exception as error:  # the other lines are still worth their time
            problem(f"{count} children with {card}: {error}")
    note("one exchange of four messages each; the card writes one path row for all SAs: "
         "./dev bench swaps has its cycles")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("holdfastd")
    parser.add_argument("ike_load")
    parser.add_argument("--long", action="store_true")
    bench_daemon.ARGUMENTS = parser.parse_args()
    lab.enter()
    lab.Holdfast.program = bench_daemon.ARGUMENTS.holdfastd
    cost = updates()
    negotiations(cost)
    one_update()


if __name__ == "__main__":
    main()
