#!/usr/bin/env python3
"""Tokens on five real nodes under faults: kills, pauses, cuts, and nodes that fall silent. Each history is of a fresh
cluster and is judged by kin-driver check linearizable.

    token_soak.py BIN FOLDER [HISTORIES] [SECONDS] [SEED]"""
import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time

import nodes
import strikes
import workers

CREATE, WRITE, READ, DROP, SILENCE = 6, 7, 8, 9, 12
NOT_FOUND, ALREADY_EXISTS = 4, 6
READERS, TOKENS = 3, 2


class Refused(Exception):
    def __init__(self, body):
        super().__init__(body[2].decode())
        self.status, self.applied, self.wanted = body[0], body[1], body[5]


def ask(kin, kind, body):
    try:
        return kin.ask(kind, body)
    except RuntimeError as error:  # the client of the wire tests tells a failure in words
        words = str(error).split()
        raise Refused([int(words[1].rstrip(",")), int(words[3].rstrip(":")), b" ".join(w.encode() for w in words[4:]), b"",
                       0, 0])


class Client(workers.Worker):
    """One after the other: the writer's client creates, writes and drops; a reader's reads anywhere."""

    def __init__(self, name, cluster, stop, dice, writes):
        super().__init__(stop)
        self.name, self.cluster, self.dice, self.writes = name, cluster, dice, writes
        self.lines, self.connection, self.count = [], {}, 0

    def step(self):
        token = "t%d" % self.dice.randrange(TOKENS)
        writer, readers = scheme(token)
        node = writer if self.writes else self.dice.choice(readers)
        if node not in self.connection:
            self.connection[node] = self.cluster.client(node, 500)
        kin = self.connection[node]
        # A name of its own for what ends without a reply: the client that made it may go on at once.
        self.count += 1
        line = {"client": "%s-%d" % (self.name, self.count), "key": token, "node": node, "start_ns": time.monotonic_ns()}
        try:
            self.change(kin, token, line) if self.writes else self.read(kin, token, line)
            line["outcome"] = "ok"
        except Refused as refusal:
            self.note_refusal(refusal, line)
        except TimeoutError:
            line["outcome"] = "unknown"
            self.connection.pop(node)  # a late reply must not be taken for the next one's
        line["end_ns"] = None if line["outcome"] == "unknown" else time.monotonic_ns()
        self.lines.append(line)

    def change(self, kin, token, line):
        dice = self.dice.random()
        if dice < 0.1:
            line.update(op="write", value=None)
            ask(kin, DROP, [token.encode()])
        elif dice < 0.3:
            line.update(op="cas", value=[None, "created"])
            ask(kin, CREATE, [token.encode(), False])
            line["swapped"] = True
        else:
            name = line["client"]
            line.update(op="write", value=name)
            ask(kin, WRITE, [token.encode(), name.encode(), 0, 5, 20, False])

    def read(self, kin, token, line):
        line.update(op="read", value=None)
        value = ask(kin, READ, [token.encode()])[2]
        line["value"] = value[0].decode() if value else "created"

    @staticmethod
    def note_refusal(refusal, line):
        if line["op"] == "read" and refusal.status == NOT_FOUND:
            line["outcome"] = "ok"
        elif line["op"] == "cas" and refusal.status == ALREADY_EXISTS:
            line.update(outcome="ok", swapped=False)
        else:
            line["outcome"] = "fail" if refusal.applied == 0 else "unknown"


def scheme(token):
    """n1 writes t0, n2 writes t1; all five hold both."""
    return ("n1" if token == "t0" else "n2"), ["n1", "n2", "n3", "n4", "n5"]


def write_tokens(cluster):
    with open(os.path.join(cluster.folder, "tokens.yml"), "w") as out:
        for i in range(TOKENS):
            writer, readers = scheme("t%d" % i)
            out.write('- token: "t%d"\n  writer: "%s"\n  readers: [%s]\n' % (
                i, cluster.endpoint[writer], ", ".join('"%s"' % cluster.endpoint[r] for r in readers)))


class Silencing:
    """A kind of strike that is not undone."""

    def __init__(self, dice):
        self.dice, self.silent = dice, {}

    def silence(self, cluster, wait, node, other):
        token = "t%d" % self.dice.randrange(TOKENS)
        if len(self.silent.setdefault(token, set())) < 2:  # with three there would be nothing to see
            self.silent[token].add(node)
            cluster.kin("fault", "silent", token, node, "--after", "50ms")


def one_history(bin_folder, folder, seconds, seed):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    dice, stop = random.Random(seed), threading.Event()
    cluster = nodes.Nodes(bin_folder, folder, 5, "os", "tokens_file: tokens.yml\n")
    write_tokens(cluster)
    with cluster:
        clients = [Client("w", cluster, stop, random.Random(seed + 1), True)]
        clients += [Client("r%d" % i, cluster, stop, random.Random(seed + 2 + i), False) for i in range(READERS)]
        kinds = (strikes.kill, strikes.pause, strikes.cut, Silencing(dice).silence)
        faults = strikes.Strikes(cluster, stop, dice, kinds, 0.1, 0.8)
        faults.beset(clients, seconds)
    lines = sorted((line for c in clients for line in c.lines), key=lambda line: line["start_ns"])
    history = os.path.join(folder, "history.jsonl")
    with open(history, "w") as out:
        out.writelines(json.dumps(line) + "\n" for line in lines)
    judged = subprocess.run([os.path.join(bin_folder, "kin-driver"), "check", "linearizable", history],
                            capture_output=True, text=True)
    assert judged.returncode == 0, "seed %d, %s: %s%s" % (seed, history, judged.stdout, judged.stderr)
    ok = [line for line in lines if line["outcome"] == "ok"]
    written = sum(line["op"] == "write" and line["value"] is not None for line in ok)
    shown = sum(line["op"] == "read" and line["value"] not in (None, "created") for line in ok)
    print("seed %d: %d operations, %d ok, %d writes, %d reads of a value; %s" % (
        seed, len(lines), len(ok), written, shown, faults.told()), flush=True)
    return len(lines), written, shown


def main(bin_folder, folder, histories="20", seconds="5", seed=None):
    seed = int(seed or time.time())
    done = [one_history(bin_folder, os.path.join(folder, str(i)), float(seconds), seed + i) for i in range(int(histories))]
    operations, written, shown = (sum(column) for column in zip(*done))
    print("%d histories, %d operations, all linearizable" % (len(done), operations))
    assert written >= 5 * len(done) and shown >= 5 * len(done), "too little happened to show anything"


if __name__ == "__main__":
    main(*sys.argv[1:])
