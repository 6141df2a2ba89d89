"""Line plots as SVG, drawn from plain data and nothing else: the same data gives the same bytes.

    draw(plot) -> text of one SVG file

plot   {"title": str, "panels": [panel, ...]}               panels stand side by side
panel  {"title": str, "x": axis, "y": axis, "series": [{"name": str, "points": [[x, y], ...]}, ...]}
axis   {"label": str with its unit, "scale": "linear" | "log" | "steps", "unit": "" | "bytes"}

`steps` gives each x of the data a place of its own. A linear axis begins at 0. What no plot can be drawn of raises
ValueError, in one sentence: no points, a number that is not finite, zero or less on a log axis. Colours are of middle
lightness, the background is the page's, and a dark page gets brighter ones."""
import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 500, 300           # of a panel
LEFT, RIGHT, TOP, BOTTOM = 66, 128, 46, 52
HUES = [("#2f6fb3", "#6aa9e9"), ("#b3591f", "#e8975a"), ("#2e7d4f", "#66bd8b"), ("#7b4fa3", "#b48ad9")]
NEAREST = 13                       # pixels between the names of two lines


def style():
    light = "".join(".s%d{stroke:%s;fill:%s}" % (i, hue, hue) for i, (hue, _) in enumerate(HUES))
    dark = "".join(".s%d{stroke:%s;fill:%s}" % (i, hue, hue) for i, (_, hue) in enumerate(HUES))
    return ("text{font:12px system-ui,sans-serif;fill:#57606a}.title{font-size:13px;font-weight:600;fill:#32383f}"
            ".name{stroke:none!important}.line{fill:none!important;stroke-width:2;stroke-linejoin:round}"
            ".grid{stroke:#8b949e;stroke-opacity:.25}.axis{stroke:#8b949e}" + light +
            "@media(prefers-color-scheme:dark){text{fill:#9ea7b3}.title{fill:#d7dee6}" + dark + "}")


def number(value, unit=""):
    """As people write it: 1 500 000 is 1.5M, 65536 bytes are 64 KiB."""
    sizes = [(1 << 30, " GiB"), (1 << 20, " MiB"), (1 << 10, " KiB")] if unit == "bytes" else [(1e9, "G"), (1e6, "M"), (1e3, "k")]
    size, name = next((s for s in sizes if abs(value) >= s[0]), (1, " B" if unit == "bytes" else ""))
    scaled = value / size
    return ("%.0f%s" if abs(scaled) >= 100 else "%.3g%s") % (scaled, name)


class Scale:
    """From numbers of the data to pixels, with the numbers that are written beside the axis."""

    def __init__(self, axis, values, low, high):
        self.kind, self.unit, self.low, self.high = axis["scale"], axis.get("unit", ""), low, high
        if not values:
            raise ValueError("there are no points to draw")
        if not all(isinstance(v, (int, float)) and math.isfinite(v) for v in values):
            raise ValueError("there is a point that is no finite number")
        if self.kind == "steps":
            self.ticks = sorted(set(values))
        elif self.kind == "log":
            if min(values) <= 0:
                raise ValueError("a log axis has no place for %g" % min(values))
            self.first, self.last = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
            self.last = max(self.last, self.first + 1)
            every = 1 + (self.last - self.first) // 7
            self.ticks = [10.0 ** i for i in range(self.first, self.last + 1, every)]
        elif self.kind == "linear":
            if min(values) < 0:
                raise ValueError("a linear axis begins at 0 and has no place for %g" % min(values))
            step = self.round_step(max(values) / 4 or 1)
            self.last = step * max(1, math.ceil(max(values) / step - 1e-9))
            self.ticks = [i * step for i in range(round(self.last / step) + 1)]
        else:
            raise ValueError("there is no scale %s: linear, log or steps" % self.kind)

    @staticmethod
    def round_step(least):
        power = 10.0 ** math.floor(math.log10(least))
        return next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= least * (1 - 1e-9))

    def at(self, value):
        if self.kind == "steps":
            share = 0.5 if len(self.ticks) == 1 else self.ticks.index(value) / (len(self.ticks) - 1)
        elif self.kind == "log":
            share = (math.log10(value) - self.first) / (self.last - self.first)
        else:
            share = value / self.last
        return round(self.low + (self.high - self.low) * share, 1)

    def words(self):
        """Places and texts of the ticks."""
        return [(self.at(t), number(t, self.unit)) for t in self.ticks]


def apart(wanted, low, high):
    """The nearest places to those wanted that leave room for a line of text each; in the same order as given."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    places = [0.0] * len(wanted)
    last = low - NEAREST
    for i in order:
        places[i] = last = max(wanted[i], last + NEAREST)
    limit = high
    for i in reversed(order):
        places[i] = limit = min(places[i], limit)
        limit -= NEAREST
    return places


def panel(plot, left):
    """Lines of SVG for one panel whose left edge is at this x."""
    points = [p for s in plot["series"] for p in s["points"]]
    x0, x1, y0, y1 = left + LEFT, left + WIDTH - RIGHT, HEIGHT - BOTTOM, TOP
    x = Scale(plot["x"], [p[0] for p in points], x0, x1)
    y = Scale(plot["y"], [p[1] for p in points], y0, y1)
    out = ['<text class="title" x="%d" y="20">%s</text>' % (left + 12, escape(plot["title"])),
           '<text x="%d" y="36">%s</text>' % (left + 12, escape(plot["y"]["label"])),
           '<text x="%d" y="%d" text-anchor="middle">%s</text>' % ((x0 + x1) / 2, HEIGHT - 12, escape(plot["x"]["label"]))]
    for at, text in y.words():
        out.append('<line class="grid" x1="%d" y1="%s" x2="%d" y2="%s"/>' % (x0, at, x1, at))
        out.append('<text x="%d" y="%s" text-anchor="end">%s</text>' % (x0 - 8, at + 4, escape(text)))
    out.append('<line class="axis" x1="%d" y1="%d" x2="%d" y2="%d"/>' % (x0, y0, x1, y0))
    for at, text in x.words():
        out.append('<line class="axis" x1="%s" y1="%d" x2="%s" y2="%d"/>' % (at, y0, at, y0 + 4))
        out.append('<text x="%s" y="%d" text-anchor="middle">%s</text>' % (at, y0 + 18, escape(text)))
    ends = [y.at(s["points"][-1][1]) for s in plot["series"]]
    for i, (one, name_at) in enumerate(zip(plot["series"], apart(ends, y1, y0))):
        places = [(x.at(a), y.at(b)) for a, b in one["points"]]
        hue = "s%d" % (i % len(HUES))
        out.append('<polyline class="line %s" points="%s"/>' % (hue, " ".join("%s,%s" % p for p in places)))
        out += ['<circle class="%s" cx="%s" cy="%s" r="3"/>' % (hue, a, b) for a, b in places]
        out.append('<text class="name %s" x="%s" y="%s">%s</text>' % (hue, places[-1][0] + 8, round(name_at + 4, 1), escape(one["name"])))
    return out


def draw(plot):
    if not plot["panels"] or not all(p["series"] and all(s["points"] for s in p["series"]) for p in plot["panels"]):
        raise ValueError("there are no points to draw")
    width = WIDTH * len(plot["panels"])
    lines = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img">' % (width, HEIGHT, width, HEIGHT),
             "<title>%s</title>" % escape(plot["title"]), "<style>%s</style>" % style()]
    for i, one in enumerate(plot["panels"]):
        lines += panel(one, i * WIDTH)
    return "\n".join(lines + ["</svg>"]) + "\n"
