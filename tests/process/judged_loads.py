#!/usr/bin/env python3
"""kin bench on fresh clusters of real nodes, one after the other, under kills, pauses, isolated nodes and cut links: the
client library goes on at other nodes, sends writes again, and what it noted is judged by kin-driver check causal.

    judged_loads.py BIN FOLDER [LOADS] [SECONDS] [SEED]"""
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


def drawn_load(dice, seconds):
    words = ["bench", dice.choice(["put", "a", "b", "d", "f"]), "--duration", "%gs" % seconds, "--seed",
             str(dice.randrange(1000)), "--keys", dice.choice(["5", "50", "500"]), "--clients", dice.choice(["1", "4", "8"]),
             "--depth", dice.choice(["1", "8", "32"])]
    if dice.random() < 0.5:
        words += ["--unseeing", dice.choice(["5", "30"])]
    if dice.random() < 0.5:
        words += ["--rate", dice.choice(["500", "3000"])]
    for level in ("-W", "-R"):
        if dice.random() < 0.4:
            words += [level, dice.choice(["2", "quorum", "all"])]
    return words


def one_load(bin_folder, folder, seconds, seed):
    """Operations, those that failed, strikes, and how many writes were sent again."""
    dice = random.Random(seed)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    history, stop = os.path.join(folder, "history"), threading.Event()
    gossip = "gossip: {interval_ms: %d}\n" % dice.choice([50, 200])
    with nodes.Nodes(bin_folder, folder, dice.choice([3, 5]), dice.choice(["os", "fsync"]), gossip) as cluster:
        words = drawn_load(dice, seconds)
        command = [os.path.join(bin_folder, "kin"), "--config", cluster.config, "-o", "json", "--history", history,
                   "--timeout", dice.choice(["300ms", "1s"]), *words]
        faults = strikes.Strikes(cluster, stop, dice, (strikes.kill, strikes.pause, strikes.isolate, strikes.cut), 0.1, 0.8)
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as load:
            nodes.until(lambda: os.path.exists(history) and os.path.getsize(history) > 1000, 20, "the load begins")
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                faults.strike()
            output, errors = load.communicate(timeout=120)
        told = json.loads(output)
        print("seed %d: %d nodes, kin %s\n  %s operations, %s failed; %s" % (
            seed, len(cluster.ids), " ".join(words), told.get("operations"), told.get("failed"), faults.told()), flush=True)
        # Its first writes may find nobody for so long that it ends; what it noted by then is judged none the less.
        came_to_nothing = told.get("status") in ("TIMEOUT", "UNAVAILABLE")
        assert came_to_nothing or (load.returncode == 0 and not errors), (output, errors)
    checked = subprocess.run([os.path.join(bin_folder, "kin-driver"), "check", "causal", history],
                             capture_output=True, text=True, timeout=200)
    assert checked.returncode == (2 if came_to_nothing else 0), "seed %d: %s%s" % (seed, checked.stdout[-2000:], checked.stderr)
    with open(history) as lines:
        again = sum('"sent_again":true' in line for line in lines)
    return told.get("operations", 0), told.get("failed", 0), faults.number(), again


def main(bin_folder, folder, loads="20", seconds="5", seed=None):
    seed = int(seed or time.time())
    done = [one_load(bin_folder, os.path.join(folder, str(i)), float(seconds), seed + i) for i in range(int(loads))]
    operations, failed, faults, again = (sum(column) for column in zip(*done))
    print("%d loads, %d operations, %d failed, %d writes sent again, %d faults: all causal" % (
        len(done), operations, failed, again, faults))
    assert operations >= 200 * len(done) and faults >= 2 * len(done) and again > 0, "too little happened to show anything"


if __name__ == "__main__":
    main(*sys.argv[1:])
