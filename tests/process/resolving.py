#!/usr/bin/env python3
"""kin resolve on real nodes: each way, what it leaves alone, and a value that comes while a merge runs.

    resolving.py BIN FOLDER"""
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import xml.etree.ElementTree

import nodes


BUCKETS = """buckets:
  - {name: default}
  - {name: kept, keep_base: true}
  - {name: latest, on_conflict: latest}
  - {name: max, on_conflict: max}
  - {name: union, on_conflict: union}
  - {name: zone}
"""


def rules(kin, run):
    """What a bucket says about conflicts, at every node alike; and the last common value as BASE."""
    def converge():  # of all nodes, and not of n1 alone
        subprocess.run([*kin[:3], "cluster", "wait", "--converged"], capture_output=True, timeout=60, check=True)

    for value in ("pears", "apples"):
        run("-b", "zone", "add_update", "k", value, "--new-sibling")
    for bucket, shown, thrown in (("latest", "apples", True), ("max", "pears", True), ("union", "apples\npears", False)):
        before = thrown_away(kin)
        for value in ("pears", "apples"):
            run("-b", bucket, "add_update", "k", value, "--new-sibling")
        converge()
        for node in ("n1", "n2", "n3"):
            at_node = [*kin[:3], "--node", node, "-b", bucket, "-o", "raw", "read", "k"]
            out = subprocess.run(at_node, capture_output=True, timeout=30).stdout.decode()
            assert out == shown, (bucket, node, out)
        out, _ = run("-b", bucket, "explain", "k")
        assert "CONFLICT" in out and "apples" in out and "pears" in out, out      # both are still there
        assert "(on_conflict: %s)" % bucket in out and " --context k1." in out, out
        assert "resolve" not in out, out                                         # there is nothing for it to do
        out, _ = run("-b", bucket, "-o", "json", "explain", "k")
        assert json.loads(out)["on_conflict"] == bucket, out
        assert watched_conflicts(kin) == ["zone"]
        out, _ = run("-o", "json", "conflicts")
        assert not [row for row in json.loads(out)["conflicts"] if row["bucket"] == bucket], out
        assert thrown_away(kin) == before
        out, _ = run("-o", "json", "-b", bucket, "add_update", "k", "plums")      # it has seen what it did not say
        assert len(json.loads(out)["replaced"]) == 2, out
        assert thrown_away(kin) == before + int(thrown)

    # U+FFFE and U+FFFF are no characters of XML.
    run("add_update", "drawn", "fine \u00e9 \ufffe\uffff")
    picture = os.path.join(os.path.dirname(kin[2]), "drawn.svg")
    run("explain", "drawn", "--svg", picture)
    assert "fine \u00e9 \\xef\\xbf\\xbe" in "".join(xml.etree.ElementTree.parse(picture).getroot().itertext())

    run("-b", "kept", "add_update", "k", "bread")
    converge()
    context = json.loads(run("-b", "kept", "-o", "json", "read", "k")[0])["context"]
    for value in ("apples", "pears"):
        run("-b", "kept", "add_update", "k", value, "--context", context)
    out, _ = run("-b", "kept", "explain", "k")
    assert 'All writers had seen n1.1:' in out and '"bread"' in out, out
    out, _ = run("-b", "kept", "resolve", "k", "--merge-cmd", 'cat "$BASE" "$SIBLING_1" "$SIBLING_2"', "--dry-run", "-o", "raw")
    assert out == "breadapplespears", out


def watched_conflicts(kin):
    """The buckets of the conflicts that kin conflicts --watch begins with, up to the last bucket."""
    watch = subprocess.Popen([*kin, "-o", "json", "conflicts", "--watch"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             text=True)
    buckets = []
    for line in watch.stdout:
        buckets += [json.loads(line)["bucket"]] if "opened" in line else []
        if "zone" in buckets:
            break
    watch.send_signal(signal.SIGINT)
    watch.communicate(timeout=30)
    return buckets


def thrown_away(kin):
    done = subprocess.run([*kin, "-o", "json", "cluster", "status"], capture_output=True, timeout=30)
    nodes_of = json.loads(done.stdout)["nodes"]
    return sum(tier["counters"].get("thrown-away", 0) for node in nodes_of for tier in node["tiers"])


def stopped(cluster, kin, folder, conflict, values):
    """Who stops kin while the merge runs gets nothing written, also where the program takes no notice, and no folder stays."""
    started = os.path.join(folder, "started")
    own = {**os.environ, "TMPDIR": os.path.join(folder, "tmp")}
    os.makedirs(own["TMPDIR"])
    conflict("stopped", "apples", "pears")
    never = os.path.join(folder, "never")
    os.mkfifo(never)
    forever = "touch %s; read line < %s; echo merged" % (started, never)
    for how, program in ((signal.SIGINT, forever), (signal.SIGTERM, forever), (signal.SIGINT, "trap '' INT; " + forever),
                         (signal.SIGINT, "trap 'echo merged; exit 0' INT; " + forever)):
        running = subprocess.Popen([*kin, "-o", "json", "resolve", "stopped", "--merge-cmd", program],
                                   stdout=subprocess.PIPE, env=own)
        try:
            nodes.until(lambda: os.path.exists(started), 20, "the merge runs")
            os.remove(started)
            running.send_signal(how)
            said = json.loads(running.communicate(timeout=10)[0])
        finally:
            running.kill()
            os.close(os.open(never, os.O_RDWR | os.O_NONBLOCK))   # ends who still reads it
        assert running.returncode == 130 and said["applied"] == "no", (how, program, running.returncode, said)
        assert values("stopped") == ["apples", "pears"] and os.listdir(own["TMPDIR"]) == [], (how, program)
    # A program that writes for ever is ended, and what no value can be is not kept in memory.
    done = subprocess.run([*kin, "-o", "json", "resolve", "stopped", "--merge-cmd", "yes"], stdout=subprocess.PIPE,
                          env=own, timeout=60, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30)))
    said = json.loads(done.stdout)
    assert done.returncode == 8 and said["status"] == "LIMIT" and said["applied"] == "no", said
    assert "more than 16777216 bytes" in said["message"] and values("stopped") == ["apples", "pears"], said


def main(bin_folder, folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    with nodes.Nodes(bin_folder, folder, 3, "os", BUCKETS) as cluster:
        kin = [os.path.join(bin_folder, "kin"), "--config", cluster.config, "--node", "n1"]

        def run(*words, code=0):
            done = subprocess.run([*kin, *words], capture_output=True, timeout=30)
            assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
            return done.stdout.decode(), done.stderr.decode()

        def conflict(key, *values):
            for value in values:
                run("add_update", key, value, "--new-sibling")

        def values(key):
            done = subprocess.run([*kin, "-o", "json", "read", key], capture_output=True, timeout=30)
            return sorted(s["value"] for s in json.loads(done.stdout)["siblings"])

        rules(kin, run)

        conflict("take", "apples", "pears")
        run("resolve", "take", "--take", "2")
        assert values("take") == ["pears"]

        # What was chosen on the screen is not written over a value that came since: the line that `read` proposed.
        def proposed(*key):
            out, _ = run("read", *key, code=4)
            return next(line for line in out.splitlines() if " resolve --take " in line).split(" resolve ", 1)[1].split()

        conflict("chosen", "apples", "pears")
        line = proposed("chosen")
        assert len(line) == 5 and line[::2] == ["--take", "--over", "chosen"], line
        run("add_update", "chosen", "plums", "--new-sibling")
        _, said = run("resolve", *line, code=5)
        assert "another value is there now" in said and "plums" in said and "nothing was written" in said, said
        assert values("chosen") == ["apples", "pears", "plums"]
        run("resolve", "chosen", "--take", "n9.1:1", code=5)
        out, _ = run("-o", "json", "resolve", *proposed("chosen"))
        assert json.loads(out)["value"] == values("chosen")[0] and len(values("chosen")) == 1, out
        for value in ("apples", "pears"):
            run("add_update", "--new-sibling", "--", "-dashed", value)
        run("resolve", *proposed("--", "-dashed"))
        run("read", "--", "-dashed")

        conflict("value", "apples", "pears")
        out, _ = run("-o", "json", "resolve", "value", "--value", "plums")
        reply = json.loads(out)
        assert reply["status"] == "OK" and reply["siblings"] == 1 and len(reply["replaced"]) == 2, reply
        assert values("value") == ["plums"]

        conflict("union", "b\na", "c\nb")
        out, _ = run("-o", "raw", "resolve", "union", "--union", "--dry-run")
        assert out == "a\nb\nc" and values("union") == ["b\na", "c\nb"], out
        run("resolve", "union", "--union", "-W", "1")
        assert values("union") == ["a\nb\nc"]

        # One value is no conflict, and none is not found; nothing is written in both.
        _, said = run("resolve", "union", "--value", "other")
        assert "nothing to resolve" in said and values("union") == ["a\nb\nc"], said
        run("resolve", "nothing", "--union", code=3)

        # A merge that fails leaves all as it was.
        conflict("fails", "apples", "pears")
        _, said = run("resolve", "fails", "--merge-cmd", "echo half; exit 7", code=4)
        assert "ended with 7" in said and "nothing was written" in said, said
        run("resolve", "fails", "--take", "3", code=2)
        run("resolve", "fails", code=2)
        run("resolve", "fails", "--union", "--take", "1", code=2)
        run("resolve", "fails", "--take", "first", code=2)
        run("resolve", "fails", "--take", "1", "--over", "n2", code=2)
        assert values("fails") == ["apples", "pears"]

        stopped(cluster, kin, folder, conflict, values)

        # A value that comes while a merge runs is merged too, in a second round.
        conflict("race", "apples", "pears")
        flag = os.path.join(folder, "came")
        later = "test -e %s || { touch %s; %s add_update race late --new-sibling >&2; }; cat \"$@\"" % (
            flag, flag, " ".join(kin))
        _, said = run("resolve", "race", "--merge-cmd", later)
        assert "came meanwhile" in said, said
        [merged] = values("race")
        assert sorted([merged.count("apples"), merged.count("pears"), merged.count("late")]) == [1, 1, 1], merged


if __name__ == "__main__":
    main(*sys.argv[1:3])
