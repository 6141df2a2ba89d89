#!/usr/bin/env python3
"""Measures how kin grows, and draws it: ./dev bench growth

Writes OUT/performance/growth.json with every point, a plot of each measurement beside it, and OUT/growth.md, whose figures
all come from that file. Each measurement replaces its own part of the file as soon as it is done, so one can be
repeated alone, and what an interruption leaves is whole. Needs Python's own library only."""
import argparse
import datetime
import json
import os
import re
import sys

import growth_measures
import growth_text
import svg_plot

MOST_SECONDS, MOST_ROUNDS = 600, 99


class Refused(Exception):
    """Nothing was done; the sentence says why."""


def machine():
    return {"cores": os.cpu_count(), "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9)}


def check(data):
    """Raises ValueError, KeyError or TypeError where the data is not of the shape that this program writes."""
    machine, measurements = data["machine"], data["measurements"]
    if not all(isinstance(machine[key], int) for key in ("cores", "memory_gb")):
        raise ValueError("machine is not told in numbers")
    for name, one in measurements.items():
        if name not in growth_measures.MEASUREMENTS:
            raise ValueError("there is no measurement " + name)
        for key, kind in (("title", str), ("command", str), ("measured", str), ("load", float)):
            if not isinstance(one[key], kind):
                raise ValueError("%s of %s is no %s" % (key, name, kind.__name__))
        svg_plot.draw(one)
    growth_text.page(data)


def read_data(path):
    if not os.path.exists(path):
        return {"machine": machine(), "measurements": {}}
    try:
        with open(path) as file:
            data = json.load(file)
        check(data)
        return data
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, StopIteration, OSError) as wrong:
        what = "%s %s" % (type(wrong).__name__, wrong) if not isinstance(wrong, ValueError) else wrong
        raise Refused("%s is not what this program writes (%s); move it away to begin anew" % (path, what)) from wrong


def write(path, text):
    with open(path + ".new", "w") as file:
        file.write(text)
    os.replace(path + ".new", path)


def write_all(out, data):
    """The data, and what follows from it."""
    order = [name for name in growth_measures.MEASUREMENTS if name in data["measurements"]]
    data["measurements"] = {name: data["measurements"][name] for name in order}
    files = {name + ".svg": svg_plot.draw(one) for name, one in data["measurements"].items()}
    page = growth_text.page(data)
    os.makedirs(os.path.join(out, "performance"), exist_ok=True)
    text = re.sub(r"\[\s+([\d.e+-]+),\s+([\d.e+-]+)\s+\]", r"[\1, \2]", json.dumps(data, indent=1))   # a point a line
    write(os.path.join(out, "performance", "growth.json"), text + "\n")
    for name, text in files.items():
        write(os.path.join(out, "performance", name), text)
    write(os.path.join(out, "growth.md"), page)


def arguments(words):
    names = list(growth_measures.MEASUREMENTS)
    parser = argparse.ArgumentParser(prog="./dev bench growth", description="Measures how kin grows, and draws it.",
                                     epilog="Measurements: " + ", ".join(names) + ".")
    parser.add_argument("--bin", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--work", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--out", default="docs", help="folder of growth.md; data and plots go into performance/ in it (docs)")
    parser.add_argument("--only", action="append", choices=names, metavar="NAME", help="this measurement alone; may be repeated")
    parser.add_argument("--seconds", type=float, default=2.0, help="of each load (2)")
    parser.add_argument("--rounds", type=int, default=1, help="of each load; the best one counts (1)")
    parser.add_argument("--large", action="store_true", help="also the points that take minutes: 10^7 keys")
    parser.add_argument("--quick", action="store_true", help="only two points of each line")
    parser.add_argument("--draw", action="store_true", help="measure nothing: draw and write what the data file holds")
    told = parser.parse_args(words)
    if not 0.1 <= told.seconds <= MOST_SECONDS:
        parser.error("--seconds goes from 0.1 to %d" % MOST_SECONDS)
    if not 1 <= told.rounds <= MOST_ROUNDS:
        parser.error("--rounds goes from 1 to %d" % MOST_ROUNDS)
    if told.draw and told.only:
        parser.error("--draw draws all that the data file holds; --only is for measuring")
    for program in () if told.draw else ("kin-node", "kin", "kin-fill"):
        if not os.access(os.path.join(told.bin, program), os.X_OK):
            parser.error("there is no program %s in %s; ./dev bench growth builds it" % (program, told.bin))
    return told


def command_of(told, name):
    words = ["./dev bench growth --only", name]
    words += ["--seconds %g" % told.seconds] if told.seconds != 2 else []
    words += ["--rounds %d" % told.rounds] if told.rounds != 1 else []
    return " ".join(words + ["--large"] * told.large + ["--quick"] * told.quick)


def measure(told, data):
    bench = growth_measures.Bench(told.bin, told.work, told.seconds, told.rounds, told.quick, told.large)
    wanted = [name for name in growth_measures.MEASUREMENTS if not told.only or name in told.only]
    data["machine"] = machine()
    for number, name in enumerate(wanted, 1):
        title, function = growth_measures.MEASUREMENTS[name]
        load = os.getloadavg()[0]
        print("[%d/%d] %s, load average %.1f" % (number, len(wanted), title.lower(), load), file=sys.stderr, flush=True)
        panels = function(bench)
        data["measurements"][name] = {"title": title, "command": command_of(told, name), "measured": datetime.date.today().isoformat(),
                                      "load": round(load, 1), "panels": panels}
        write_all(told.out, data)


def main(words):
    told = arguments(words)
    try:
        data = read_data(os.path.join(told.out, "performance", "growth.json"))
        if told.draw and not data["measurements"]:
            raise Refused("%s holds no data yet; without --draw it is measured" % told.out)
        if told.draw:
            write_all(told.out, data)
        else:
            measure(told, data)
    except Refused as why:
        print("growth: %s" % why, file=sys.stderr)
        return 2
    except (growth_measures.Failed, AssertionError, OSError) as why:
        print("growth: the measurement failed, what was measured before it is kept: %s" % why, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("growth: interrupted; what was measured before is kept", file=sys.stderr)
        return 130
    print("%s and the plots beside %s are written" % (os.path.join(told.out, "growth.md"), os.path.join(told.out, "performance", "growth.json")))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
