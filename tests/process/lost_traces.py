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


def cut(path, lines):
    """The last lines of a trace are lost. Their numbers."""
    with open(path) as trace:
        all_lines = trace.readlines()
    with open(path, "w") as trace:
        trace.writelines(all_lines[:-lines])
    match = [shiviz_rules.LINE.match(line.rstrip("\n")) for line in all_lines[-lines:]]
    return [(one["host"], json.loads(one["clock"])[one["host"]]) for one in match]


def after_a_loss(kin, folder, cluster):
    """n2 is killed, its last lines and the whole trace of n3 are lost; others name them."""
    cluster.kill("n2")
    for n in ("n1", "n3"):
        cluster.end(n)
    whole, _ = log(kin, folder, "merge")
    logs = os.path.join(folder, "logs")
    lost = cut(os.path.join(logs, "n2.trace"), 4)
    known = {host: count for line in whole if " n1.1 " in line[:40]
             for host, count in json.loads(shiviz_rules.LINE.match(line)["clock"]).items()}
    assert known[lost[0][0]] >= lost[0][1], "n1 had seen nothing of what is lost"
    merged, told = log(kin, folder, "merge")
    assert len(merged) == len(whole) - 4, (len(merged), len(whole))
    assert "none of these files: n2.1:%d" % lost[0][1] in told, told
    before = None
    for line in merged:  # what is lost does not shuffle the rest
        match = shiviz_rules.LINE.match(line)
        if match["host"] == "n1.1":
            own = json.loads(match["clock"])["n1.1"]
            assert before is None or own == before + 1, line
            before = own
    lines, told = log(kin, folder, "shiviz")
    shiviz_takes(lines)
    stand_ins = [line for line in lines if line.endswith(" (lost: not in the log)")]
    assert 1 <= len(stand_ins) <= 4 and len(lines) == len(merged) + len(stand_ins), stand_ins
    assert len([line for line in told.splitlines() if "none of these files" in line]) == 1, told

    os.remove(os.path.join(logs, "n3.trace"))
    lines, told = log(kin, folder, "shiviz")
    shiviz_takes(lines)
    assert ", n3.1:1-" in told, told

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
