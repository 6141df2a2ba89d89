"""The result of a run as a file, and two of them side by side."""
import json
import math
import os

FORMAT, VERSION = "kin-dev-bench", 1
SAME = 1.05  # a smaller change is that of the weather, also where the rounds agree


class BadResult(Exception):
    """A file that is no result of this program; the text names it."""


def write(path, result):
    """Replaces the file as a whole."""
    beside = path + ".new"
    with open(beside, "w") as out:
        json.dump(result, out, indent=2)
        out.write("\n")
    os.replace(beside, path)


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def is_row(row):
    try:
        ratio = row["ratio"]
        return (isinstance(row["row"], str) and isinstance(row["noisy"], bool) and isinstance(row["lower_is_better"], bool)
                and is_number(ratio["median"]) and ratio["median"] > 0
                and len(ratio["rounds"]) > 0 and all(is_number(one) and one > 0 for one in ratio["rounds"]))
    except (KeyError, TypeError):
        return False


def read(path):
    try:
        with open(path, encoding="utf-8") as text:
            result = json.load(text)
    except OSError as wrong:
        raise BadResult("%s cannot be read: %s" % (path, wrong.strerror)) from None
    except (ValueError, RecursionError) as wrong:
        raise BadResult("%s does not parse: %s" % (path, wrong)) from None
    if not isinstance(result, dict) or result.get("format") != FORMAT:
        raise BadResult("%s is no result of ./dev bench: make one with --json FILE" % path)
    if result.get("version") != VERSION:
        raise BadResult("%s is of version %s and this is version %d: measure again with --json FILE"
                        % (path, json.dumps(result.get("version")), VERSION))
    rows = result.get("rows")
    if not isinstance(rows, list) or not isinstance(result.get("settings"), dict):
        raise BadResult("%s is cut short: it has no rows or no settings" % path)
    for i, row in enumerate(rows):
        if not is_row(row):
            raise BadResult("%s: row %d is not as ./dev bench writes it" % (path, i + 1))
    return result


def change_of(then, now):
    """One row of two runs: the ratio of the ratios, and a word that says more only where the rounds of both agree."""
    change = now["ratio"]["median"] / then["ratio"]["median"]
    first, second = then["ratio"]["rounds"], now["ratio"]["rounds"]
    if then["noisy"] or now["noisy"]:
        word = "too noisy to tell"
    elif max(change, 1 / change) < SAME or (min(first) <= max(second) and min(second) <= max(first)):
        word = "no difference"
    else:
        word = "better" if (change < 1) == now["lower_is_better"] else "worse"
    return {"row": now["row"], "then": then["ratio"]["median"], "now": now["ratio"]["median"], "change": change, "word": word}


def compared(then, now):
    """What became of each row, and in which settings the runs differ."""
    before = {row["row"]: row for row in then["rows"]}
    after = {row["row"]: row for row in now["rows"]}
    return {
        "rows": [change_of(before[name], row) for name, row in after.items() if name in before],
        "only_then": [name for name in before if name not in after],
        "only_now": [name for name in after if name not in before],
        "settings_differ": sorted(name for name, value in now["settings"].items() if then["settings"].get(name) != value),
    }
