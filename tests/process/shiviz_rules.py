#!/usr/bin/env python3
"""What ShiViz demands of a log, and what makes our traces true.   shiviz_rules.py [FILE ...]

Without files it shows that each rule can fail. Rules: every line matches the documented expression; each host starts at 1
and grows by 1; a host's own entry is in its clock; every event that a clock names is there; a clock never falls behind an
earlier one of its host, nor behind the clock of an event that it names."""
import json
import re
import sys

LINE = re.compile(r"^(?P<ts>\S+) (?P<host>\S+) (?P<clock>\{.*?\}) (?P<event>.*)$")


class Files:
    """Their lines, one file behind the other, as often as they are gone through."""

    def __init__(self, paths):
        self.paths = paths

    def __iter__(self):
        for path in self.paths:
            with open(path) as lines:
                for line in lines:
                    yield line.rstrip("\n")


def event_of(line):
    """(host, clock) of a line, and what is wrong with it, or None."""
    match = LINE.match(line)
    if not match:
        return None, "does not match: %r" % line[:80]
    host, clock = match["host"], json.loads(match["clock"])
    return (host, clock), None if host in clock else "%s is not in its own clock" % host


def violations(lines, every=1):
    """`lines` is gone through twice, so traces that are too long for memory may be Files. The last rule is then kept to each
    `every`th line. It looks at what a clock has more than the one before it: the rest was looked at there."""
    out, last, named, sampled = [], {}, {}, {}
    for number, line in enumerate(lines, 1):
        event, wrong = event_of(line)
        if wrong:
            out.append("line %d: %s" % (number, wrong))
            continue
        host, clock = event
        before = last.get(host, {})
        if clock[host] != before.get(host, 0) + 1:
            out.append("line %d: %s goes from %d to %d" % (number, host, before.get(host, 0), clock[host]))
        if any(clock.get(h, 0) < n for h, n in before.items()):
            out.append("line %d: the clock of %s goes back" % (number, host))
        for h, n in clock.items():
            if h == host or n == before.get(h):
                continue
            named[h] = max(n, named.get(h, 0))
            if number % every == 0:
                sampled.setdefault((h, n), []).append((host, clock))
        last[host] = clock
    for host, count in named.items():
        if count > last.get(host, {}).get(host, 0):
            out.append("%s:%d is named and not there" % (host, count))
    for line in lines:
        event, wrong = event_of(line)
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
    for name, lines in bad.items():
        assert violations(lines), name


if __name__ == "__main__":
    show_that_rules_bite()
    found = violations(Files(sys.argv[1:]))
    print("\n".join(found[:20]) or "ok")
    sys.exit(1 if found else 0)
