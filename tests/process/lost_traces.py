#!/usr/bin/env python3
"""kin log of nodes that are running, and of traces whose ends are lost as by a machine that lost its power: ShiViz can load
all that is there, and what is missing is said.

    lost_traces.py BIN FOLDER"""
import json
import os
import shutil
import subprocess
import sys

import nodes
import shiviz_rules


def log(kin, folder, form):
    """The lines of kin log, and what it said beside them."""
    done = subprocess.run([kin, "log", form, folder], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, "kin log %s: exit %d, %s" % (form, done.returncode, done.stderr)
    lines = done.stdout.splitlines()
    return (lines[2:] if form == "shiviz" else lines), done.stderr


def shiviz_takes(lines):
    found = shiviz_rules.violations(lines)
    assert not found, found[:5]


def while_they_run(kin, folder, cluster):
    """Files are read one behind the other, while all are written to."""
    load = subprocess.Popen([kin, "--config", cluster.config, "--quiet", "bench", "put", "--rate", "400", "--duration", "5s"],
                            stdout=subprocess.DEVNULL)
    looks = 0
    while load.poll() is None:
        lines, told = log(kin, folder, "shiviz")
        assert "none of these files" not in told, told
        looks += 1
    assert load.returncode == 0 and looks >= 5, (load.returncode, looks)
    shiviz_takes(lines)


def clock_of(line):
    return json.loads(shiviz_rules.LINE.match(line.rstrip("\n"))["clock"])


def cut(path, host, first):
    """From its line with this number on a trace is lost. How many lines that are."""
    with open(path) as trace:
        lines = trace.readlines()
    kept = [line for line in lines if clock_of(line)[host] < first]
    with open(path, "w") as trace:
        trace.writelines(kept)
    return len(lines) - len(kept)


def after_a_loss(kin, folder, cluster):
    """n2 is killed, its last lines and the whole trace of n3 are lost; others name them."""
    cluster.kill("n2")
    for n in ("n1", "n3"):
        cluster.end(n)
    whole, _ = log(kin, folder, "merge")
    logs = os.path.join(folder, "logs")
    known = max(clock_of(line).get("n2.1", 0) for line in whole if " n2.1 " not in line[:40])
    lost = cut(os.path.join(logs, "n2.trace"), "n2.1", known - 3)
    assert lost >= 4, lost
    merged, told = log(kin, folder, "merge")
    assert len(merged) == len(whole) - lost, (len(merged), len(whole))
    assert "4 events are in none of these files: n2.1:%d-%d" % (known - 3, known) in told, told
    seen = {}
    for line in merged:  # what is lost keeps nothing else out of its place
        clock, host = clock_of(line), shiviz_rules.LINE.match(line)["host"]
        ahead = [h for h, n in clock.items() if h != host and n > seen.get(h, 0) and not (h == "n2.1" and n >= known - 3)]
        assert not ahead, (line[:120], ahead)
        seen[host] = clock[host]
    lines, told = log(kin, folder, "shiviz")
    shiviz_takes(lines)
    stand_ins = [line for line in lines if line.endswith(" (lost: not in the log)")]
    assert len(stand_ins) == 4 and len(lines) == len(merged) + len(stand_ins), stand_ins
    assert len([line for line in told.splitlines() if "none of these files" in line]) == 1, told

    os.remove(os.path.join(logs, "n3.trace"))
    lines, told = log(kin, folder, "shiviz")
    shiviz_takes(lines)
    assert " n3.1:1-" in told, told

    with open(os.path.join(logs, "n3.trace"), "w") as trace:
        trace.write('2026-01-31T12:00:00.000000Z n3.1 {"n3.1":1,"n9.1":1000000000000} start\n')
    failed = subprocess.run([kin, "log", "shiviz", folder], capture_output=True, text=True, timeout=60)
    assert failed.returncode == 8 and "n9.1:1-1000000000000" in failed.stderr, failed
    shutil.copy(os.path.join(logs, "n1.trace"), os.path.join(logs, "n3.trace"))
    failed = subprocess.run([kin, "log", "shiviz", folder], capture_output=True, text=True, timeout=60)
    assert failed.returncode == 2 and "n1.1:1 is there twice" in failed.stderr, failed


def main(bin_folder, folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    kin = os.path.join(bin_folder, "kin")
    with nodes.Nodes(bin_folder, folder, 3, "os") as cluster:
        while_they_run(kin, folder, cluster)
        after_a_loss(kin, folder, cluster)


if __name__ == "__main__":
    main(*sys.argv[1:])
