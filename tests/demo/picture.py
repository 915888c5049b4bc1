# SPDX-License-Identifier: Apache-2.0
"""One picture of all runs: what was delivered over time, with the moves marked; SVG, and a PNG of
it where rsvg-convert is installed."""
import shutil
import subprocess
from xml.sax.saxutils import escape

from measure import KEEP_MS, MS, NEW_FIRST, outcome_of

WIDTH, MARGIN, LEFT = 1680, 40, 330
PLOT = WIDTH - MARGIN - LEFT  # width of what is drawn over time
HEAD, ROW, STRIP, ZOOM = 150, 330, 22, 30
ZOOM_BEGIN_MS, ZOOM_END_MS = -120, 900
UP, DOWN, LOST, VOID = "#0f766e", "#1d4ed8", "#e11d48", "#cbd5e1"
INK, SOFT, PAPER = "#0f172a", "#64748b", "#ffffff"
NETWORK = {"A": "#f59e0b", "B": "#8b5cf6"}


class Canvas:
    def __init__(self, height):
        self.height, self.parts = height, []

    def rect(self, x, y, width, height, fill, more=""):
        self.parts.append(f'<rect x="{x:.2f}" y="{y:.2f}" width="{max(width, 0.4):.2f}" '
                          f'height="{height:.2f}" fill="{fill}" {more}/>')

    def line(self, x1, y1, x2, y2, color, more=""):
        self.parts.append(f'<line x1="{x1:.2f}" y1="{y1:.2f}" x2="{x2:.2f}" y2="{y2:.2f}" '
                          f'stroke="{color}" {more}/>')

    def text(self, x, y, text, size=14, color=INK, more=""):
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{color}" '
                          f'{more}>{escape(text)}</text>')

    def svg(self):
        return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{self.height}" '
                f'viewBox="0 0 {WIDTH} {self.height}" '
                'font-family="DejaVu Sans, Helvetica, Arial, sans-serif">\n'
                f'<rect width="{WIDTH}" height="{self.height}" fill="{PAPER}"/>\n' +
                "\n".join(self.parts) + "\n</svg>\n")


class Lane:
    """One direction of one run: what became of each probe, by when it was to be sent."""

    def __init__(self, result, is_up):
        self.direction = result.up if is_up else result.down
        self.is_up, self.color = is_up, UP if is_up else DOWN
        self.arrived = set(self.direction.numbers)
        early = 0 if is_up else self.direction.transit_ns()
        # What comes in between could not be delivered by anybody.
        self.void = [(move.begun_ns - early, move.usable_ns - early) for move in result.moves]

    def fate(self, number):
        if number in self.arrived:
            return self.color
        at = self.direction.scheduled(number)
        return VOID if any(begin <= at < end for begin, end in self.void) else LOST

    def stretches(self, begin_ns, end_ns):
        """[from, to, color] of neighbouring probes with the same fate."""
        found = []
        for number in self.direction.numbers_between(begin_ns, end_ns):
            at, fate = self.direction.scheduled(number), self.fate(number)
            if found and found[-1][2] == fate:
                found[-1][1] = at + self.direction.interval_ns
            else:
                found.append([at, at + self.direction.interval_ns, fate])
        return found


def draw_lane(canvas, lane, scale, begin_ns, end_ns, y, height):
    canvas.rect(scale(begin_ns), y, scale(end_ns) - scale(begin_ns), height, "#f1f5f9")
    stretches = lane.stretches(begin_ns, end_ns)
    # What is lost is drawn last, so that no stretch is too short to be seen.
    for color in (lane.color, VOID, LOST):
        for start, end, fate in stretches:
            if fate == color:
                width = scale(min(end, end_ns)) - scale(start)
                canvas.rect(scale(start), y, max(width, 1.5 if fate == LOST else 0), height, color)


def networks(result):
    """(network, from, to) of the client's addresses."""
    found, has_since = [], {"A": result.begin_ns}
    for move in result.moves:
        old = "A" if move.access == "B" else "B"
        gone = move.begun_ns + (KEEP_MS * MS if move.kind == NEW_FIRST else 0)
        found.append((old, has_since.pop(old, result.begin_ns), gone))
        has_since[move.access] = move.usable_ns
    return found + [(name, since, result.end_ns) for name, since in has_since.items()]


def draw_networks(canvas, result, scale, begin_ns, end_ns, y, labels=True):
    for index, name in enumerate("AB"):
        top = y + index * 9
        for which, since, until in networks(result):
            since, until = max(since, begin_ns), min(until, end_ns)
            if which == name and since < until:
                canvas.rect(scale(since), top, scale(until) - scale(since), 7, NETWORK[name])
        if labels:
            canvas.text(scale(begin_ns) - 8, top + 7, f"network {name}", 10, NETWORK[name],
                        'text-anchor="end"')


def draw_overview(canvas, result, y):
    begin, end = result.begin_ns, result.end_ns
    def scale(at):
        return LEFT + (at - begin) / (end - begin) * PLOT
    draw_networks(canvas, result, scale, begin, end, y)
    for index, (is_up, name) in enumerate(((True, "to the server"), (False, "to the client"))):
        top, lane = y + 24 + index * (STRIP + 4), Lane(result, is_up)
        draw_lane(canvas, lane, scale, begin, end, top, STRIP)
        canvas.text(LEFT - 8, top + 15, name, 11, lane.color, 'text-anchor="end"')
    for number, move in enumerate(result.moves, 1):
        x = scale(move.begun_ns)
        canvas.line(x, y - 4, x, y + 76, INK, 'stroke-width="1.4" stroke-dasharray="4 3"')
        canvas.rect(x - 9, y - 22, 18, 18, INK, 'rx="9"')
        canvas.text(x, y - 9, str(number), 11, "#fff", 'text-anchor="middle" font-weight="bold"')
    for second in range(0, int((end - begin) / 1e9) + 1):
        x = scale(begin + second * 1_000_000_000)
        canvas.line(x, y + 76, x, y + 80, SOFT)
        if second % 2 == 0:
            canvas.text(x, y + 92, f"{second} s", 10, SOFT, 'text-anchor="middle"')


def verdict_of(outcome, kind):
    """(text, is it bad) of one direction of one move."""
    if kind == NEW_FIRST:
        lost = f"{outcome.lost:,} lost" if outcome.lost else "nothing lost"
        return f"{lost}, longest gap {outcome.gap_ms:,.0f} ms", outcome.lost > 0
    lost = outcome.lost - outcome.lost_without
    return f"back after {outcome.back_ms:,.0f} ms, {lost:,} lost until then", lost > 2


def draw_zoom(canvas, result, number, x, y, width):
    move = result.moves[number]
    begin, end = move.begun_ns + ZOOM_BEGIN_MS * MS, move.begun_ns + ZOOM_END_MS * MS
    def scale(at):
        return x + (at - begin) / (end - begin) * width
    old = "B" if move.access == "A" else "A"
    canvas.text(x, y - 8, f"{number + 1}", 12, INK, 'font-weight="bold"')
    canvas.text(x + 14, y - 8, f"{old} → {move.access}, {move.kind}", 12, INK)
    draw_networks(canvas, result, scale, begin, end, y, labels=False)
    if move.usable_ns > move.begun_ns:
        canvas.text((scale(move.begun_ns) + scale(move.usable_ns)) / 2, y + 12, "no network", 9,
                    SOFT, 'text-anchor="middle"')
    for index, is_up in enumerate((True, False)):
        top, lane = y + 22 + index * (ZOOM + 24), Lane(result, is_up)
        draw_lane(canvas, lane, scale, begin, end, top, ZOOM)
        text, is_bad = verdict_of(outcome_of(lane.direction, move, is_up), move.kind)
        canvas.text(x, top + ZOOM + 15, f"{'↑' if is_up else '↓'} {text}", 12,
                    LOST if is_bad else lane.color)
        for at in {move.begun_ns, move.usable_ns}:
            canvas.line(scale(at), top - 3, scale(at), top + ZOOM + 3, INK,
                        'stroke-dasharray="2 3"')
    for at_ms in range(0, ZOOM_END_MS, 200):
        canvas.text(scale(move.begun_ns + at_ms * MS), y + 144, f"{at_ms}" + " ms" * (not at_ms),
                    9, SOFT, 'text-anchor="middle"')


def draw_run(canvas, run, y):
    """`run` has title, lines (of text) and result."""
    canvas.line(MARGIN, y - 40, WIDTH - MARGIN, y - 40, "#e2e8f0", 'stroke-width="1.5"')
    for index, line in enumerate(run.title.split(", ", 1)):
        canvas.text(MARGIN, y + 4 + 22 * index, line, 18 if not index else 14, INK,
                    'font-weight="bold"' if not index else "")
    for index, line in enumerate(run.lines):
        canvas.text(MARGIN, y + 116 + index * 19, line, 12, SOFT)
    draw_overview(canvas, run.result, y)
    count = len(run.result.moves)
    if count:
        space = 26
        width = (PLOT - space * (count - 1)) / count
        for number in range(count):
            draw_zoom(canvas, run.result, number, LEFT + number * (width + space), y + 126, width)


def draw(runs, subtitle, path):
    """Writes path.svg and, where possible, path.png; returns what was written."""
    canvas = Canvas(HEAD + ROW * len(runs) + 10)
    canvas.text(MARGIN, 52, "The address moves. Does the connection stay?", 30, INK,
                'font-weight="bold"')
    canvas.text(MARGIN, 80, subtitle, 14, SOFT)
    x = MARGIN
    for color, what in ((UP, "delivered to the server"), (DOWN, "delivered to the client"),
                        (VOID, "no network at all: undeliverable"), (LOST, "lost")):
        canvas.rect(x, 98, 14, 12, color)
        canvas.text(x + 20, 109, what, 12, INK)
        x += 46 + 7.4 * len(what)
    canvas.text(x, 109, "by the time at which a probe was to be sent; below, each move enlarged",
                12, SOFT)
    for index, run in enumerate(runs):
        draw_run(canvas, run, HEAD + 30 + ROW * index)
    svg = path.with_suffix(".svg")
    svg.write_text(canvas.svg())
    written = [svg]
    if shutil.which("rsvg-convert"):
        png = path.with_suffix(".png")
        subprocess.run(["rsvg-convert", "-o", str(png), str(svg)], check=True)
        written.append(png)
    return written
