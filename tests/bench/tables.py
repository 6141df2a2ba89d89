"""What people see of a result."""
RED, GREEN, YELLOW = "31", "32", "33"
WORD_COLOURS = {"better": GREEN, "worse": RED, "too noisy to tell": YELLOW}


class Paint:
    """Colours where they are wanted."""

    def __init__(self, wanted):
        self.wanted = wanted

    def __call__(self, colour, text):
        return "\x1b[%sm%s\x1b[0m" % (colour, text) if self.wanted and colour else text


def rate_text(value):
    return "%.2f M/s" % (value / 1e6) if value >= 1e6 else "%.1f k/s" % (value / 1e3) if value >= 1e3 else "%.0f /s" % value


def figure_text(value, unit):
    return rate_text(value) if unit == "/s" else "%.2f us" % value if value < 10 else "%.0f us" % value


def number_text(value):
    return "-" if value is None else "%g" % value


def aligned(lines, right, paint=None):
    """Columns two spaces apart; those in `right` are numbers. paint(line, text) colours the last cell of a line."""
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    out = []
    for n, line in enumerate(lines):
        cells = [cell.rjust(width) if i in right else cell.ljust(width) for i, (cell, width) in enumerate(zip(line, widths))]
        cells[-1] = cells[-1].rstrip()
        if paint:
            cells[-1] = paint(n, cells[-1])
        out.append("  ".join(cells).rstrip())
    return "\n".join(out) + "\n"


def mark(row):
    words = {"aim": "aim reached", "floor": "", "below": "BELOW FLOOR", None: ""}[row["reached"]]
    if row["noisy"]:
        words += (", " if words else "") + "noisy %.1fx" % row["spread"]
    return words


def mark_colour(row):
    return YELLOW if row["noisy"] else {"aim": GREEN, "below": RED}.get(row["reached"])


def load_line(when, load):
    return "load average %s: %s" % (when, " ".join("%.2f" % one for one in load))


def result_text(result, paint):
    lines = [("row", "load", "kin", "against", "anchor", "ratio", "floor", "aim", "")]
    for row in result["rows"]:
        anchor = row["anchor"]
        lines.append((
            row["row"], row["load"], figure_text(row["figure"]["median"], row["unit"]), row["against"] or "-",
            figure_text(anchor["median"], row["unit"]) if anchor else "-", "%.2f" % row["ratio"]["median"],
            number_text(row["floor"]), number_text(row["aim"]), mark(row)))
    colours = [None] + [mark_colour(row) for row in result["rows"]]
    out = aligned(lines, right={2, 4, 5, 6, 7}, paint=lambda n, text: paint(colours[n], text))
    for one in result["left_out"]:
        out += "left out: %s: %s\n" % (one["row"], one["why"])
    settings = result["settings"]
    out += "\nmedians of %d round%s of %g s%s; %s, %s\n" % (
        settings["rounds"], "s" if settings["rounds"] > 1 else "", settings["seconds"],
        ", all on one core" if settings["pinned"] else "", load_line("before", result["load_before"]),
        load_line("after", result["load_after"]).replace("load average ", ""))
    lower = [row["row"] for row in result["rows"] if row["lower_is_better"]]
    if lower:
        out += "less is better: %s\n" % ", ".join(lower)
    if result["busy"]:
        out += paint(YELLOW, "others used the cores before anything was measured: no ratio here is worth much\n")
    if settings["rounds"] == 1:
        out += paint(YELLOW, "one round says nothing about noise\n")
    noisy = [row["row"] for row in result["rows"] if row["noisy"]]
    if noisy:
        out += paint(YELLOW, "too noisy to tell: %d of %d rows; measure again when the machine has nothing else to do\n"
                     % (len(noisy), len(result["rows"])))
    return out


def compared_text(compared, path, paint):
    colours = [None] + [WORD_COLOURS.get(one["word"]) for one in compared["rows"]]
    lines = [("row", "then", "now", "now/then", "")]
    lines += [(one["row"], "%.2f" % one["then"], "%.2f" % one["now"], "%.2f" % one["change"], one["word"])
              for one in compared["rows"]]
    out = "\nratios beside those of %s\n" % path
    out += aligned(lines, right={1, 2, 3}, paint=lambda n, text: paint(colours[n], text))
    for name, where in (("only_then", "in that file"), ("only_now", "in this run")):
        if compared[name]:
            out += "only %s: %s\n" % (where, ", ".join(compared[name]))
    if compared["settings_differ"]:
        out += paint(YELLOW, "the two runs differ in %s: compare with care\n" % ", ".join(compared["settings_differ"]))
    return out
