#!/usr/bin/env python3
"""./dev bench: kin beside the bare libraries and Redis, interleaved, as one table of ratios.

    bench.py BIN [--rows ROWS] [--rounds N] [--seconds S] [--keys N] [--pin] [--json FILE] [--compare FILE] [-o json]

docs/performance.md says what each row means."""
import argparse
import difflib
import json
import os
import platform
import shutil
import sys
import tempfile
import time

import measurements
import results
import tables
from programs import BenchError, end_all, take_interrupts
from progress import Progress
from rows import ROWS, measured, why_left_out

INTERRUPTED = 130


def between(low, high, kind):
    def parse(text):
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not low <= value <= high:
            raise argparse.ArgumentTypeError("%r is no number from %g to %g" % (text, low, high))
        return value
    return parse


def rows_named(text):
    known = {row.name: row for row in ROWS}
    chosen = []
    for name in text.split(","):
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = "did you mean %s? " % near[0] if near else ""
            raise argparse.ArgumentTypeError("no row %r; %sthere are %s" % (name, hint, ", ".join(known)))
        chosen.append(name)
    return [row for row in ROWS if row.name in chosen]


def result_file(path):
    try:
        return path, results.read(path)
    except results.BadResult as wrong:
        raise argparse.ArgumentTypeError(wrong) from None


def writable_file(path):
    folder = os.path.dirname(os.path.abspath(path))
    if os.path.isdir(path) or not os.path.isdir(folder) or not os.access(folder, os.W_OK):
        raise argparse.ArgumentTypeError("%s cannot be written" % path)
    return path


def command_line(words):
    parser = argparse.ArgumentParser(
        prog="./dev bench", allow_abbrev=False, usage="./dev bench [OPTIONS]", add_help=False,
        description="Measures kin beside the bare libraries and Redis, in turns, and prints one table of ratios.",
        epilog="rows: " + ", ".join(row.name for row in ROWS) + "; docs/performance.md says what they are")
    parser.add_argument("bin", help=argparse.SUPPRESS)
    add = parser.add_argument_group("options").add_argument
    add("-h", "--help", action="help", help="this page")
    add("--rows", type=rows_named, default=ROWS, metavar="A,B,...", help="only these rows")
    add("--rounds", type=between(1, 100, int), default=3, metavar="N", help="of which the medians are shown (3)")
    add("--seconds", type=between(0.1, 60, float), default=2.0, metavar="S", help="of each measurement (2)")
    add("--keys", type=between(1, 10_000_000, int), default=100_000, metavar="N", help="that are written and read (100000)")
    add("--pin", action="store_true", help="all on one core: slower, and the same again")
    add("--json", type=writable_file, metavar="FILE", help="write the result there too, for --compare")
    add("--compare", type=result_file, metavar="FILE", help="show what became of the ratios of an earlier run")
    add("-o", choices=("text", "json"), default="text", dest="output", help="what is printed (text)")
    add("--only-check", action="store_true", help=argparse.SUPPRESS)  # look at the words and end
    return parser.parse_args(words)


def processor():
    with open("/proc/cpuinfo") as lines:
        return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def settings_of(options):
    return {"rounds": options.rounds, "seconds": options.seconds, "keys": options.keys, "pinned": options.pin,
            "cores": len(os.sched_getaffinity(0)), "processor": processor()}


def too_busy(load):
    """Somebody else has the cores; building what is measured comes to as much as there are."""
    return load > os.cpu_count() + 0.5


def measure(options, folder):
    """The result, as it is written."""
    left_out = [{"row": row.name, "why": why_left_out(row)} for row in options.rows if why_left_out(row)]
    rows = [row for row in options.rows if not why_left_out(row)]
    wanted = set().union(*(row.measurements() for row in rows))
    setup = measurements.Setup(os.path.abspath(options.bin), folder, options.seconds, options.keys)
    progress = Progress(options.rounds, len(wanted))
    before, began, rounds = os.getloadavg(), time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), []
    try:
        for number in range(1, options.rounds + 1):
            progress.begin_round(number)
            rounds.append(measurements.take_round(setup, wanted, progress.tell))
    finally:
        progress.end()
    return {
        "format": results.FORMAT, "version": results.VERSION, "began": began, "settings": settings_of(options),
        "load_before": before, "load_after": os.getloadavg(), "busy": too_busy(before[0]),
        "rows": [measured(row, rounds) for row in rows], "left_out": left_out, "rounds": rounds,
    }


def show(result, options):
    paint = tables.Paint(sys.stdout.isatty() and not os.environ.get("NO_COLOR"))
    compared = None
    if options.compare:
        compared = results.compared(options.compare[1], result)
    if options.output == "json":
        json.dump({**result, "compared": compared} if compared else result, sys.stdout, indent=2)
        print()
        return
    text = tables.result_text(result, paint)
    if compared:
        text += tables.compared_text(compared, options.compare[0], paint)
    sys.stdout.write(text)


def main(words):
    options = command_line(words)
    if options.only_check:
        return 0
    if options.pin:  # and with this process all that it starts
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    take_interrupts()
    # Beside the programs, not in /tmp, which may be no disk.
    folder = tempfile.mkdtemp(prefix="bench-", dir=os.path.dirname(os.path.abspath(options.bin)))
    try:
        result = measure(options, folder)
        if options.json:
            results.write(options.json, result)
        show(result, options)
    except (BenchError, OSError) as wrong:
        print("./dev bench: %s" % wrong, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("./dev bench: interrupted, nothing is written", file=sys.stderr)
        return INTERRUPTED
    finally:
        end_all()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
