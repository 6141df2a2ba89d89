#!/usr/bin/env python3
"""kin watch and kin conflicts --watch on real nodes while the node that they follow is killed again and again: nothing is
lost, nothing is told twice; and going on with a token after an interrupt.

    watching.py BIN FOLDER"""
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading

import nodes

ROUNDS, WRITES = 6, 25


class Watch:
    """A running kin: its events, as they come."""

    running = []

    def __init__(self, cluster, bin_folder, *words):
        command = [os.path.join(bin_folder, "kin"), "--config", cluster.config, "-o", "json", "--timeout", "1s", *words]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.events = []
        Watch.running.append(self.process)
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.events.append(json.loads(line))

    def begun(self):
        nodes.until(lambda: self.events, 20, "the watch begins")
        assert self.events[0]["event"] == "watching", self.events[0]
        return self.events[0]["node"]

    def of(self, *kinds):
        return [e for e in list(self.events) if e["event"] in kinds]

    def interrupt(self):
        """Ends it as Ctrl-C does; the token to go on with."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(10)
        self.reader.join(10)
        assert self.process.returncode == 130, (self.process.returncode, self.process.stderr.read())
        assert self.events[-1]["event"] == "end", self.events[-1]
        return self.events[-1]["from"]


def values(event):
    return sorted(s["value"] for s in event["siblings"])


def main(bin_folder, folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    with nodes.Nodes(bin_folder, folder, 3, "fsync", "gossip: {interval_ms: 50}\n") as cluster:
        first, counting = Watch(cluster, bin_folder, "watch", "--prefix", "k"), Watch(cluster, bin_folder, "watch", "count")
        conflicts = Watch(cluster, bin_folder, "conflicts", "--watch")
        following = [first.begun(), counting.begun(), conflicts.begun()]
        written, opened, resolved, number = set(), set(), set(), 0
        for round_ in range(ROUNDS):
            victim = (first.events[-1].get("node") or following[round_ % 3])
            rest = [n for n in cluster.ids if n != victim]
            for i in range(WRITES):
                at = cluster.ids[i % 3] if i < WRITES // 2 else rest[i % 2]
                key = "k%d-%d" % (round_, i)
                cluster.kin("add_update", key, "v", node=at)
                written.add(key)
                number += 1
                cluster.kin("add_update", "count", str(number), "--overwrite", "-W", "2", node=at)
                if i == WRITES // 2 - 1:
                    cluster.kill(victim)
            for name in ("a%d" % round_, "b%d" % round_):
                cluster.kin("add_update", name, "one", node=rest[0])
                cluster.kin("add_update", name, "two", "--new-sibling", node=rest[0])
                opened.add(name)
            nodes.until(lambda: opened <= {e["key"] for e in conflicts.of("opened")}, 30, "the conflicts are told")
            cluster.kin("resolve", "a%d" % round_, "--union", node=rest[0])
            resolved.add("a%d" % round_)
            cluster.start(victim)
        cluster.converge()

        nodes.until(lambda: {e["key"] for e in first.of("update")} == written, 30, "all keys are told")
        nodes.until(lambda: values(counting.of("update")[-1]) == [str(number)], 30, "the last count is told")
        nodes.until(lambda: resolved <= {e["key"] for e in conflicts.of("resolved")}, 30, "all resolutions are told")
        tokens = [watch.interrupt() for watch in (first, counting, conflicts)]
        # A node that comes back within the time-out of a watcher lets the others forget what the watcher was not told;
        # then they say so, and tell the values.
        for watch in (first, counting):
            assert not watch.of("delete"), watch.of("delete")
            assert len(watch.of("forgotten")) <= ROUNDS, watch.events
        told = [e["key"] for e in first.of("update")]
        assert sorted(told) == sorted(written), "twice: %s" % sorted(set(k for k in told if told.count(k) > 1))
        counts = [max(int(v) for v in values(e)) for e in counting.of("update")]
        assert counts == sorted(counts), counts
        states = [values(e) for e in counting.of("update")]
        assert all(a != b for a, b in zip(states, states[1:])), states
        for kind, keys in (("opened", opened), ("resolved", resolved)):
            told = [e["key"] for e in conflicts.of(kind) if e["key"] != "count"]  # which two writers may have met at
            assert sorted(told) == sorted(keys), (kind, told)

        # What happens while nobody watches is told to who comes back, at any node, and only that.
        cluster.kin("add_update", "k-later", "v", node="n1")
        cluster.kin("resolve", "b0", "--union", node="n2")
        cluster.converge()
        again = Watch(cluster, bin_folder, "watch", "--prefix", "k", "--from", tokens[0], "--node", "n3")
        nodes.until(lambda: again.of("update"), 20, "what came meanwhile")
        back = Watch(cluster, bin_folder, "conflicts", "--watch", "--from", tokens[2], "--node", "n3")
        nodes.until(lambda: back.of("resolved"), 20, "what was resolved meanwhile")
        again.interrupt()
        back.interrupt()
        assert [e["key"] for e in again.of("update")] == ["k-later"], again.events
        assert [e["key"] for e in back.of("opened", "resolved")] == ["b0"], back.events

        # All that is there, at first; then deletes.
        everything = Watch(cluster, bin_folder, "watch", "--prefix", "", "--all")
        listed = set(cluster.kin("keys", "-o", "raw").split())
        nodes.until(lambda: {e["key"] for e in everything.of("update")} == listed, 20, "what is there")
        cluster.kin("delete", "count")
        nodes.until(lambda: [e["key"] for e in everything.of("delete")] == ["count"], 20, "the delete")
        everything.interrupt()

        forgotten_delete(cluster, bin_folder)

        # A token of something else is refused at once.
        for words in (["watch", "count", "--from", tokens[0]], ["watch", "--prefix", "k", "--from", tokens[2]],
                      ["watch", "--prefix", "k", "--from", tokens[0][:-3]], ["conflicts", "--watch", "--from", "x"],
                      ["watch"], ["watch", "a", "--prefix", "b"], ["conflicts", "--from", tokens[2]]):
            cluster.kin(*words, ok=(2,))
        text(cluster, bin_folder)
        unprintable(cluster, bin_folder)
    print("watching: %d keys, %d counts, %d conflicts" % (len(written), len(counts), len(opened)))


def forgotten_delete(cluster, bin_folder):
    """A watcher stands still while a key that it told of is deleted and forgotten by all, and its node begins anew."""
    watch = Watch(cluster, bin_folder, "watch", "--prefix", "gone", "--node", "n1")
    watch.begun()
    for key in ("gone-1", "gone-2"):
        cluster.kin("add_update", key, "v", node="n2")
    nodes.until(lambda: len(watch.of("update")) == 2, 20, "both keys are told")
    watch.process.send_signal(signal.SIGSTOP)
    cluster.kill("n1")
    cluster.start("n1")
    cluster.kin("delete", "gone-1", "--wait", "forgotten", "--timeout", "30s", node="n2")
    watch.process.send_signal(signal.SIGCONT)
    nodes.until(lambda: watch.of("delete"), 20, "the delete is told")
    watch.interrupt()
    assert [e["key"] for e in watch.of("delete")] == ["gone-1"] and len(watch.of("update")) == 2, watch.events


def text(cluster, bin_folder):
    """What people see, and how they are told to go on."""
    command = [os.path.join(bin_folder, "kin"), "--config", cluster.config, "--timeout", "1s", "watch", "note"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    line = process.stderr.readline()
    assert line.startswith("watching at n") and "Ctrl-C" in line, line
    cluster.kin("add_update", "note", "bread", node="n1")
    line = process.stdout.readline()
    assert line.startswith("note = bread") and "dot n1." in line, line
    cluster.kin("add_update", "note", "apples", "--new-sibling", node="n1")
    line = process.stdout.readline()
    assert "CONFLICT, 2 values" in line and "read note" in line, line
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=10)
    assert process.returncode == 130 and "to go on: kin" in said and "watch --from w1." in said and said.endswith(" note\n"), said

    # What it says is a command, whatever the key or the prefix begins with.
    for words in (["--", "-k"], ["--prefix=-k"]):
        said = interrupted([*command[:-1], *words])
        go_on = shlex.split(said.split("to go on: kin ")[1])
        interrupted([command[0], *go_on])


def interrupted(command):
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    line = process.stderr.readline()
    assert line.startswith("watching at n"), (command, line)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=10)
    assert process.returncode == 130, (command, process.returncode, said)
    return said


def unprintable(cluster, bin_folder):
    """Who cannot print what came ends, and says how to be told it again."""
    command = [os.path.join(bin_folder, "kin"), "--config", cluster.config, "watch", "--prefix", "full"]
    for more in ([], ["-o", "json"]):
        with open("/dev/full", "w") as full:
            watch = subprocess.Popen([*command, "--all", *more], stdout=full, stderr=subprocess.PIPE, text=True)
        try:
            cluster.kin("add_update", "full", "v", node="n1")
            _, said = watch.communicate(timeout=20)
        finally:
            watch.kill()
        assert watch.returncode == 1 and "could not be printed" in said, (watch.returncode, said)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    finally:
        for process in Watch.running:
            if process.poll() is None:
                process.kill()
