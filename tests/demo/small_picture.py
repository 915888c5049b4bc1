# SPDX-License-Identifier: Apache-2.0
"""The moves of all runs side by side, small enough for a page: a row for each run, a column for
each move. It has colours for light pages and for dark ones."""
import re

from measure import MS, NEW_FIRST, outcome_of
from picture import DOWN, LOST, NETWORK, UP, VOID, Canvas, Lane, networks

WIDTH, MARGIN, LEFT, SPACE = 860, 20, 20, 16
HEAD, ROW, LANE, FOOT = 118, 132, 16, 62
BEGIN_MS, END_MS = -100, 760
INK, SOFT = "ink", "soft"  # classes, as all colours are
CLASS = {UP: "up", DOWN: "down", LOST: "lost", VOID: "void", NETWORK["A"]: "a", NETWORK["B"]: "b"}
STYLE = """\
.paper{fill:#fff}.ink{fill:#0f172a}.soft{fill:#475569}.rule{stroke:#cbd5e1}.mark{stroke:#0f172a}
.up{fill:#0f766e}.down{fill:#1d4ed8}.lost{fill:#e11d48}.void{fill:#cbd5e1}
.a{fill:#d97706}.b{fill:#7c3aed}
@media(prefers-color-scheme:dark){
.paper{fill:#0d1117}.ink{fill:#e6edf3}.soft{fill:#9aa7b8}.rule{stroke:#30363d}.mark{stroke:#e6edf3}
.up{fill:#2dd4bf}.down{fill:#60a5fa}.lost{fill:#fb7185}.void{fill:#334155}
.a{fill:#fbbf24}.b{fill:#a78bfa}}
"""


class SmallCanvas(Canvas):
    """Colours are classes, and numbers are short."""

    def rect(self, x, y, width, height, fill, more=""):
        self.parts.append(f'<rect class="{CLASS.get(fill, fill)}" x="{x:.1f}" y="{y:.1f}" '
                          f'width="{max(width, 0.8):.1f}" height="{height:.1f}"{more}/>')

    def line(self, x1, y1, x2, y2, color, more=""):
        self.parts.append(f'<path class="{color}" d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}"{more}/>')

    def text(self, x, y, text, size=13, color=INK, more=""):
        super().text(x, y, text, size, color, more)
        self.parts[-1] = self.parts[-1].replace(f'fill="{color}" ',
                                                f'class="{CLASS.get(color, color)}" ')

    def svg(self):
        body = re.sub(r"\.0(?=[\" L])", "", "\n".join(self.parts))
        return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {self.height}" '
                f'width="{WIDTH}" height="{self.height}" '
                'font-family="Segoe UI, Helvetica, Arial, DejaVu Sans, sans-serif">\n'
                f'<style>\n{STYLE}</style>\n<rect class="paper" width="{WIDTH}" '
                f'height="{self.height}" rx="8"/>\n{body}\n</svg>\n')


def draw_lane(canvas, lane, scale, window, y):
    """Runs of probes with one fate; what is lost comes last and is never too short to be seen."""
    begin, end = window
    stretches = lane.stretches(begin, end)
    for color in (lane.color, VOID, LOST):
        for since, until, fate in stretches:
            if fate == color:
                width = scale(min(until, end)) - scale(since)
                canvas.rect(scale(since), y, max(width, 2 if fate == LOST else 0), LANE, color)


def draw_networks(canvas, result, scale, window, y):
    for name, since, until in networks(result):
        since, until = max(since, window[0]), min(until, window[1])
        if since < until:
            top = y + "AB".index(name) * 6
            canvas.rect(scale(since), top, scale(until) - scale(since), 4, NETWORK[name])


def verdict_of(outcome, kind):
    """(text, is it bad) of one direction of one move."""
    if kind == NEW_FIRST:
        return (f"{outcome.lost:,} lost", True) if outcome.lost else ("nothing lost", False)
    lost = outcome.lost - outcome.lost_without
    return f"{lost:,} lost, back in {outcome.back_ms:,.0f} ms", lost > 2


def draw_move(canvas, result, move, x, y, width):
    begin, end = move.begun_ns + BEGIN_MS * MS, move.begun_ns + END_MS * MS
    def scale(at):
        return x + (at - begin) / (end - begin) * width
    draw_networks(canvas, result, scale, (begin, end), y)
    for index, is_up in enumerate((True, False)):
        top, lane = y + 14 + index * (LANE + 20), Lane(result, is_up)
        draw_lane(canvas, lane, scale, (begin, end), top)
        text, is_bad = verdict_of(outcome_of(lane.direction, move, is_up), move.kind)
        canvas.text(x, top + LANE + 14, f"{'↑' if is_up else '↓'} {text}", 12,
                    LOST if is_bad else lane.color)
        # Not across the words.
        for at in sorted({move.begun_ns, move.usable_ns}):
            canvas.line(scale(at), y - 3 if is_up else top - 2, scale(at), top + LANE + 3, "mark",
                        ' stroke-dasharray="2 3"')


def draw_run(canvas, run, fate, y, width):
    """`fate` says what became of its SA."""
    name, _, what = run.title.partition(", ")
    canvas.line(MARGIN, y, WIDTH - MARGIN, y, "rule")
    canvas.parts.append(f'<text x="{MARGIN}" y="{y + 22}" font-size="13" class="soft">'
                        f'<tspan class="ink" font-weight="bold" font-size="15">{name}</tspan>'
                        f'<tspan dx="8">{what} · {fate}</tspan></text>')
    for number, move in enumerate(run.result.moves):
        draw_move(canvas, run.result, move, LEFT + number * (width + SPACE), y + 36, width)


def draw_head(canvas, subtitle, moves, width):
    canvas.text(MARGIN, 32, "The address moves. Does the connection stay?", 20, INK,
                'font-weight="bold"')
    canvas.text(MARGIN, 54, subtitle, 13, SOFT)
    x = MARGIN
    for color, what in ((UP, "↑ to the server"), (DOWN, "↓ to the client"),
                        (VOID, "no network: undeliverable"), (LOST, "lost"),
                        (NETWORK["A"], "network A"), (NETWORK["B"], "network B")):
        height = 4 if color in NETWORK.values() else 10
        canvas.rect(x, 76 - height / 2, 14, height, color)
        canvas.text(x + 20, 80, what, 12)
        x += 42 + 6.3 * len(what)
    for number, move in enumerate(moves):
        old = "B" if move.access == "A" else "A"
        canvas.text(LEFT + number * (width + SPACE), 108, f"{number + 1}  {old} → {move.access}, "
                    f"{'new up first' if move.kind == NEW_FIRST else 'old gone first'}",
                    12, INK, 'font-weight="bold"')


def draw_foot(canvas, count, y, width):
    for number in range(count):
        x = LEFT + number * (width + SPACE)
        for at_ms in range(0, END_MS, 200):
            at = x + (at_ms - BEGIN_MS) / (END_MS - BEGIN_MS) * width
            canvas.text(at, y, f"{at_ms}{' ms' if not at_ms else ''}", 11, SOFT,
                        'text-anchor="middle"')
    for index, line in enumerate((
            "Each probe stands at the time at which it was to be sent; dotted: the kernel tells of "
            "the move, and of the new network.",
            "On the way down nobody can save one round trip: the server does not know earlier.")):
        canvas.text(MARGIN, y + 24 + 16 * index, line, 11, SOFT)


def draw(runs, subtitle, path):
    """`runs`: pairs of a run and what became of its SA. Writes the SVG."""
    moves = runs[0][0].result.moves
    width = (WIDTH - LEFT - MARGIN - SPACE * (len(moves) - 1)) / len(moves)
    canvas = SmallCanvas(HEAD + ROW * len(runs) + FOOT)
    draw_head(canvas, subtitle, moves, width)
    for index, (run, fate) in enumerate(runs):
        draw_run(canvas, run, fate, HEAD + ROW * index, width)
    draw_foot(canvas, len(moves), HEAD + ROW * len(runs) + 14, width)
    path.write_text(canvas.svg())
