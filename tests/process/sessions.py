#!/usr/bin/env python3
"""Sessions on real nodes: read your writes and monotonic reads at other nodes, a node that is behind, a damaged file, and a
history of sessions under kills that the checker takes.

    sessions.py BIN FOLDER"""
import json
import os
import random
import shutil
import subprocess
import sys
import threading

import nodes


def main(bin_folder, folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    with nodes.Nodes(bin_folder, folder, 3, "os", "gossip: {interval_ms: 50}\n") as cluster:
        session = os.path.join(folder, "mine.json")

        def run(node, *words, code=0, file=session):
            command = [os.path.join(bin_folder, "kin"), "--config", cluster.config, "--session", file, "-o", "json"]
            done = subprocess.run([*command, *(["--node", node] if node else []), *words], capture_output=True, timeout=30)
            assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
            return json.loads(done.stdout) if done.stdout else done.stderr.decode()

        for i in range(30):
            run("n%d" % (i % 3 + 1), "add_update", "cart", "v%d" % i)
            shown = run("n%d" % ((i + 1) % 3 + 1), "read", "cart")
            assert [s["value"] for s in shown["siblings"]] == ["v%d" % i], shown
        assert json.load(open(session))["seen"].startswith("f1.")

        # A node that cannot get what the session has seen says so, and nothing is done there.
        cluster.kin("fault", "isolate", "n3")
        run("n1", "add_update", "cart", "apples")
        run("n1", "add_update", "cart", "pears")
        before = open(session).read()
        for words in (["read", "cart"], ["add_update", "cart", "plums"], ["delete", "cart"]):
            refused = run("n3", "--timeout", "600ms", *words, code=6)
            assert refused["status"] == "UNAVAILABLE" and refused["applied"] == "no" and refused["node"] == "n3", refused
            assert "n3 lacks 2 updates (2 of n1.1) that this session has seen" in refused["message"], refused
        assert open(session).read() == before
        # Without the session, and in another one, the same node answers at once.
        other = os.path.join(folder, "other.json")
        assert run("n3", "read", "cart", file=other)["siblings"][0]["value"] == "v29"
        # Any node: another one answers.
        assert run(None, "read", "cart", "--timeout", "5s")["siblings"][0]["value"] == "pears"
        waiting = threading.Thread(target=lambda: run("n3", "read", "cart", "--timeout", "20s"))
        waiting.start()
        cluster.kin("fault", "join", "n3")
        waiting.join(20)
        assert not waiting.is_alive()
        cluster.converge()
        assert run("n2", "read", "cart")["siblings"][0]["value"] == "pears"

        # A file that was changed, cut or is of another format: refused, left as it is, nothing written.
        good = open(session).read()
        for damage in (good[:40], good.replace("f1.", "f1.x"), good.replace("kin-session-1", "kin-session-9"), ""):
            with open(session, "w") as out:
                out.write(damage)
            refused = run("n1", "add_update", "cart", "never", code=2)
            assert refused["applied"] == "no" and "damaged" in refused["message"], refused
            assert open(session).read() == damage
        with open(session, "w") as out:
            out.write(good)
        assert [s["value"] for s in run("n1", "read", "cart")["siblings"]] == ["pears"]

        at_once(run, os.path.join(folder, "shared.json"))
        unwritable(cluster, bin_folder, folder)
        history(cluster, bin_folder, folder)
    print("sessions: ok")


def at_once(run, file):
    """Commands that use one file at the same time: what each of them saw is in it."""
    keys = ["at-once-%d" % i for i in range(12)]
    for turn in range(2):                    # the second time each replaces its own value
        each(keys, lambda key: run("n1", "add_update", key, "v%d" % turn, file=file))
        assert sorted(c["key"] for c in json.load(open(file))["contexts"]) == sorted(keys), open(file).read()


def each(words, work):
    went = []
    threads = [threading.Thread(target=lambda word=word: (work(word), went.append(word))) for word in words]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(went) == sorted(words), went


def unwritable(cluster, bin_folder, folder):
    """A session that cannot be kept: nothing is sent; and where that shows only afterwards, what was done is told."""
    gone = os.path.join(folder, "gone")
    command = [os.path.join(bin_folder, "kin"), "--config", cluster.config, "--node", "n1", "--session",
               os.path.join(gone, "mine.json")]
    done = subprocess.run([*command, "add_update", "unsaid", "x"], capture_output=True, text=True, timeout=30)
    assert done.returncode == 2 and "cannot be written" in done.stderr, done
    cluster.kin("read", "unsaid", node="n1", ok=(3,))
    os.makedirs(gone)
    late = subprocess.Popen([*command, "add_update", "said", "--file", "-"], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    late.stdin.write(b"x" * 500_000)         # more than a pipe holds: it reads the value, so it has looked at the file
    late.stdin.flush()
    shutil.rmtree(gone)
    out, err = late.communicate(timeout=30)
    assert late.returncode == 1 and out.startswith(b"OK"), (late.returncode, out, err)
    assert b"cannot be written" in err and b"the command itself was done" in err, err
    cluster.kin("read", "said", node="n1")


def history(cluster, bin_folder, folder):
    """Three sessions, each of which goes from node to node while nodes are killed."""
    file = os.path.join(folder, "history.jsonl")

    def work(number):
        rng = random.Random(number)
        base = [os.path.join(bin_folder, "kin"), "--config", cluster.config, "--history", file, "--session",
                os.path.join(folder, "session-%d.json" % number), "--timeout", "1500ms"]
        for i in range(40):
            words = ["add_update", "k%d" % rng.randrange(3), "s%d-%d" % (number, i)] if rng.random() < 0.5 else \
                ["read", "k%d" % rng.randrange(3)]
            subprocess.run([*base, "--node", rng.choice(cluster.ids), *words], capture_output=True, timeout=30)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for worker in workers:
        worker.start()
    rng = random.Random(7)
    while any(worker.is_alive() for worker in workers):
        n = rng.choice(cluster.ids)
        cluster.kill(n)
        workers[0].join(0.3)
        cluster.start(n)
        workers[0].join(1)
    cluster.converge()
    lines = [json.loads(line) for line in open(file)]
    ok = [line for line in lines if line["outcome"] == "ok"]
    assert len(lines) == 120 and len(ok) >= 60 and all(line["session"] for line in lines), (len(lines), len(ok))
    with open(file, "a") as out:
        for n in cluster.ids:
            for key in ("k0", "k1", "k2"):
                now = max(line["end_ns"] or line["start_ns"] for line in lines) + 1
                read = json.loads(cluster.kin("-o", "json", "read", key, node=n, ok=(0, 3, 4)))
                values = [s["value"] for s in read["siblings"]]
                out.write(json.dumps({"id": "final-%s-%s" % (n, key), "op": "final", "key": key, "bucket": "default",
                                      "values": values, "context": None, "node": n, "start_ns": now, "end_ns": now + 1,
                                      "outcome": "ok"}) + "\n")
    driver = os.path.join(bin_folder, "kin-driver")
    done = subprocess.run([driver, "check", "causal", file], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    # The same history with one read of a session turned into one that shows nothing is refused.
    lines = [json.loads(line) for line in open(file)]
    wrote = next(i for i, line in enumerate(lines) if line["op"] == "put" and line["outcome"] == "ok" and any(
        later["op"] == "get" and later["outcome"] == "ok" and later["session"] == line["session"] and
        later["key"] == line["key"] and later["start_ns"] > line["end_ns"] for later in lines if later["op"] == "get"))
    for later in lines:
        if later["op"] == "get" and later["outcome"] == "ok" and later["session"] == lines[wrote]["session"] and \
                later["key"] == lines[wrote]["key"] and later["start_ns"] > lines[wrote]["end_ns"]:
            later["values"] = []
    with open(file + ".wrong", "w") as out:
        out.writelines(json.dumps(line) + "\n" for line in lines)
    done = subprocess.run([driver, "check", "causal", file + ".wrong"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "own write missed" in done.stdout, done.stdout + done.stderr


if __name__ == "__main__":
    main(*sys.argv[1:])
