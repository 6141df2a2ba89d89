#!/usr/bin/env python3
"""What ShiViz demands of a log, and what makes our traces true.   shiviz_rules.py [FILE ...]

Without files it shows that each rule can fail. Rules: every line matches the documented expression; each host starts at 1
and grows by 1; a host's own entry is in its clock; every event that a clock names is there; a clock never falls behind an
earlier one of its host, nor behind the clock of an event that it names."""
import json
import os
import re
import sys
import tempfile

LINE = re.compile(r"^(?P<ts>\S+) (?P<host>\S+) (?P<clock>\{.*?\}) (?P<event>.*)$")


def violations(lines):
    out, events, last = [], {}, {}
    for number, line in enumerate(lines, 1):
        match = LINE.match(line)
        if not match:
            out.append("line %d does not match: %r" % (number, line[:80]))
            continue
        host, clock = match["host"], json.loads(match["clock"])
        if host not in clock:
            out.append("line %d: %s is not in its own clock" % (number, host))
            continue
        before = last.get(host, {})
        if clock[host] != before.get(host, 0) + 1:
            out.append("line %d: %s goes from %d to %d" % (number, host, before.get(host, 0), clock[host]))
        if any(clock.get(h, 0) < n for h, n in before.items()):
            out.append("line %d: the clock of %s goes back" % (number, host))
        last[host] = clock
        events[host, clock[host]] = clock
    for (host, n), clock in events.items():
        for other, count in clock.items():
            named = events.get((other, count))
            if count > 0 and named is None:
                out.append("%s:%d names %s:%d, which is not there" % (host, n, other, count))
            elif named and any(clock.get(h, 0) < c for h, c in named.items()):
                out.append("%s:%d knows %s:%d and not all that it knew" % (host, n, other, count))
    return out


def event_of(line):
    """(host, clock) of a line, or what is wrong with it."""
    match = LINE.match(line)
    if not match:
        return None, "does not match: %r" % line[:80]
    host, clock = match["host"], json.loads(match["clock"])
    return (host, clock), None if host in clock else "%s is not in its own clock" % host


def violations_in_files(paths, every=1000):
    """The same of traces too long for memory. All but the last rule of all lines; that one of each `every`th line, where
    its clock has grown: what it named before was named by the line before it."""
    out, last, named, sampled = [], {}, {}, {}
    for path in paths:
        for number, line in enumerate(open(path), 1):
            event, wrong = event_of(line.rstrip("\n"))
            if wrong:
                out.append("%s:%d %s" % (path, number, wrong))
                continue
            host, clock = event
            before = last.get(host, {})
            if clock[host] != before.get(host, 0) + 1:
                out.append("%s:%d %s goes from %d to %d" % (path, number, host, before.get(host, 0), clock[host]))
            if any(clock.get(h, 0) < n for h, n in before.items()):
                out.append("%s:%d the clock of %s goes back" % (path, number, host))
            grown = [(h, n) for h, n in clock.items() if n != before.get(h) and h != host]
            for h, n in grown:
                named[h] = max(n, named.get(h, 0))
                if number % every == 0:
                    sampled.setdefault((h, n), []).append((host, clock))
            last[host] = clock
    for host, count in named.items():
        if count > last.get(host, {}).get(host, 0):
            out.append("%s:%d is named and not there" % (host, count))
    for path in paths:
        for line in open(path):
            event, wrong = event_of(line.rstrip("\n"))
            if wrong:
                continue
            host, known = event
            for knower, clock in sampled.get((host, known[host]), ()):
                if any(clock.get(h, 0) < n for h, n in known.items()):
                    out.append("%s:%d knows %s:%d and not all that it knew" % (knower, clock[knower], host, known[host]))
    return out


def show_that_rules_bite():
    good = ['t a.1 {"a.1":1} start', 't b.1 {"b.1":1} start', 't a.1 {"a.1":2} send', 't b.1 {"b.1":2,"a.1":2} receive',
            't a.2 {"a.2":1} start']
    assert violations(good) == [], violations(good)
    bad = {
        "starts at 2": ['t a.1 {"a.1":2} start'],
        "a gap": ['t a.1 {"a.1":1} start', 't a.1 {"a.1":3} x'],
        "host without lines": ['t a.1 {"a.1":1,"b.1":1} start'],
        "own entry missing": ['t b.1 {"b.1":1} start', 't a.1 {"b.1":1} start'],
        "an event that is not there": good[:2] + ['t b.1 {"b.1":2,"a.1":2} receive'],
        "restart under one name": good[:1] + good[:1],
        "a torn line": good[:1] + ['t a.1 {"a.1'],
        "a clock that goes back": good[:4] + ['t b.1 {"b.1":3,"a.1":1} x'],
        "knows too little": good[:4] + ['t c.1 {"c.1":1,"b.1":2} x'],
    }
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "trace")

        def in_a_file(lines):
            with open(path, "w") as out:
                out.write("".join(line + "\n" for line in lines))
            return violations_in_files([path], every=1)

        assert in_a_file(good) == [], in_a_file(good)
        for name, lines in bad.items():
            assert violations(lines), name
            assert in_a_file(lines), name


if __name__ == "__main__":
    show_that_rules_bite()
    found = violations([line.rstrip("\n") for name in sys.argv[1:] for line in open(name)])
    print("\n".join(found[:20]) or "ok")
    sys.exit(1 if found else 0)
