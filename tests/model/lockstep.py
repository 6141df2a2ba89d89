#!/usr/bin/env python3
"""Drives the model and the C++ tier with the same random histories.

    lockstep.py PROGRAM [--runs 1000] [--seed 0] [--steps 60]

check_model.py makes the histories (writes, deliveries, gossip, crashes, wipes, restores, removals) and judges the model by
plain sets of events while they happen. Every call on a model node is recorded with what the node holds after it: per key
the siblings, and for every dot so far whether the filled context has it. PROGRAM (lockstep.cpp) replays the record on
CausalReplica and compares after every step; it answers one line a history."""
import argparse
import json
import subprocess
import sys

import causal_model as m
import check_model

EVERYTHING = 10 ** 9
MODEL_NODE, MODEL_SNAPSHOT = m.Node, m.snapshot


class PagedNode(MODEL_NODE):
    """The model with the two liberties that the C++ tier takes with a full copy: a page lists deleted keys whose dots are
    still in the dot map too, with their dots, and so the rest of the dot map need not travel but for void dots."""

    def on_copy(self, sender, after):
        known = {k for k in self.dot_key.values() if k is not None}
        keys = sorted(k for k in known | set(self.entries) if k > after)
        page, rest = keys[:self.batch_keys], keys[self.batch_keys:]
        upto = page[-1] if rest else None
        entries = {k: (dict(self.filled(k)[0]), self.filled(k)[1], self.named(k)) for k in page}
        voids = {d: k for d, k in self.dot_key.items() if k is None}
        return [(sender, ("page", after, upto, entries, self.clock.copy(), dict(self.ended), voids))]

    def on_gossip(self, sender, lives, clock, ended):
        page_keys, self.batch_keys = self.batch_keys, EVERYTHING     # the C++ tier sends one batch and is asked again
        out = super().on_gossip(sender, lives, clock, ended)
        self.batch_keys = page_keys
        return out


class Recorder:
    def __init__(self, page_keys, keys, members):
        self.steps = [{"op": "init", "page_keys": page_keys, "members": members}]
        self.keys, self.dots = keys, []
        self.messages, self.snapshots = {}, {}      # by identity of the Python object; `keep` keeps those unique
        self.keep, self.count = [], 0

    def register(self, out):
        """The numbers of the messages that a step sent, in order; acks are not numbered."""
        kinds = []
        for dest, message in out:
            if message[0] == "ack":
                continue
            self.messages[id(message)] = self.count      # Python may use one object for equal messages: then any will do
            self.count += 1
            self.keep.append(message)
            kinds.append([message[0], dest])
        return kinds

    def step(self, node, op, sends=None, **fields):
        state = {}
        for key in self.keys:
            values, seen = node.filled(key)
            state[key] = [[dot_json(d) for d in sorted(values)], [int(seen.has(d)) for d in self.dots]]
        self.steps.append(dict(fields, op=op, node=node.id, sends=sends, state=state))


RECORDER = None


def dot_json(dot):
    return [dot[0][0], dot[0][1], dot[1]]


def set_json(s):
    return {"base": [[a[0], a[1], n] for a, n in s.base.items()],
            "extra": [[a[0], a[1], sorted(x)] for a, x in s.extra.items()],
            "floor": [[n, f] for n, f in s.floor.items()]}


class RecordedNode(PagedNode):
    inside = 0

    def call(self, function, *args):
        self.inside += 1
        try:
            return function(*args)
        finally:
            self.inside -= 1

    def write(self, key, value, mode="implied", token=None, op=None, delete=False):
        result = self.call(super().write, key, value, mode, token, op, delete)
        held = None if token is None or mode != "context" else {"dots": set_json(token.context), "vector": token.vector}
        shown_before = None
        if result is not None:
            RECORDER.dots.append(result[0])
            shown_before = {"dot": dot_json(result[0]), "vector": result[1].vector,
                            "replaced": sorted(dot_json(d) for d in result[2])}
        RECORDER.step(self, "write", RECORDER.register(result[3]) if result else [], key=key, value=value, mode=mode,
                      token=held, operation=op or "", delete=delete, result=shown_before)
        return result

    def push(self, key, dot, to):
        out = self.call(super().push, key, dot, to)
        if not self.inside:
            RECORDER.step(self, "push", RECORDER.register(out), key=key, to=list(to))
        return out

    def tick(self, peer):
        out = self.call(super().tick, peer)
        RECORDER.step(self, "tick", RECORDER.register(out), peer=peer)
        return out

    def receive(self, sender, sender_life, message):
        out = self.call(super().receive, sender, sender_life, message)
        fields = {"sender": sender, "life": sender_life}
        if message[0] == "ack":
            fields["ack"] = dot_json(message[1])
        elif message[0] == "fetch":
            fields["fetch"] = message[1]
        else:
            fields["message"] = RECORDER.messages[id(message)]
        RECORDER.step(self, "receive", RECORDER.register(out), **fields)
        return out

    def remove_member(self, node):
        self.call(super().remove_member, node)
        RECORDER.step(self, "remove", [], member=node)


def snapshot(node):
    disk = MODEL_SNAPSHOT(node)
    RECORDER.snapshots[id(disk)] = len(RECORDER.keep)
    RECORDER.keep.append(disk)
    RECORDER.step(node, "sync", [], snapshot=len(RECORDER.keep) - 1)
    return disk


def boot(node_id, members, disk, life, batch_keys=4):
    node = RecordedNode(node_id, members, life, batch_keys)
    for field, value in m.copy.deepcopy(disk or {}).items():
        setattr(node, field, value)
    node.lives[node_id] = life
    RECORDER.step(node, "boot", [], life=life, snapshot=None if disk is None else RECORDER.snapshots[id(disk)])
    return node


class Run(check_model.Run):
    def start(self, n, disk, shadow):
        global RECORDER
        if RECORDER is None:
            RECORDER = Recorder(self.batch, self.keys, self.names)
        super().start(n, disk, shadow)


def histories(args):
    global RECORDER
    m.Node, m.snapshot, m.boot = RecordedNode, snapshot, boot
    for seed in range(args.seed, args.seed + args.runs):
        RECORDER = None
        run = Run(seed)
        run.go(args.steps)
        yield seed, RECORDER.steps


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("program")
    ap.add_argument("--runs", type=int, default=1000)
    ap.add_argument("--seed", type=int, default=0)
    ap.add_argument("--steps", type=int, default=60)
    args = ap.parse_args()
    compared = 0
    with subprocess.Popen([args.program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as tier:
        for seed, steps in histories(args):
            tier.stdin.write(json.dumps(steps) + "\n")
            tier.stdin.flush()
            answer = tier.stdout.readline()
            if not answer:
                print("seed %d: the program ended; repeat with: lockstep.py %s --runs 1 --seed %d --steps %d"
                      % (seed, args.program, seed, args.steps))
                return 1
            verdict = json.loads(answer)
            if verdict.get("error"):
                print("seed %d: %s" % (seed, verdict["error"]))
                print(json.dumps(steps[verdict["step"]])[:2000])
                return 1
            compared += verdict["compared"]
        tier.stdin.close()
    print("%d histories, %d states compared: the model and the tier agree" % (args.runs, compared))
    return 0


if __name__ == "__main__":
    sys.exit(main())
