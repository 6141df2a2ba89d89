#!/usr/bin/env python3
"""kin bench on real nodes: its figures agree with what the nodes counted, its history passes the checker, a stall is
counted from when operations were due, and what it cannot do is told.

    bench_usage.py BIN FOLDER"""
import json
import os
import shutil
import signal
import subprocess
import sys
import threading

import nodes


def main(bin_folder, folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    with nodes.Nodes(bin_folder, folder, 3, "os") as cluster:
        def bench(*words, code=0):
            command = [os.path.join(bin_folder, "kin"), "--config", cluster.config, "-o", "json", *words]
            done = subprocess.run(command, capture_output=True, text=True, timeout=120)
            assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
            return json.loads(done.stdout)

        def calls():
            return sum(cluster.status(n)["counters"]["calls"] for n in cluster.ids)

        before = calls()
        result = bench("bench", "a", "--duration", "1s", "--keys", "100", "--clients", "2", "--depth", "4")
        assert result["failed"] == 0 and result["operations"] > 100, result
        assert result["operations"] == sum(kind["operations"] for kind in result["kinds"].values()), result
        assert abs(result["kinds"]["read"]["operations"] / result["operations"] - 0.5) < 0.1, result
        # Beside them: a greeting of each client, the keys, and the questions of this test itself.
        told = result["operations"] + 2 + 100
        assert 0 <= calls() - before - told <= 10, (calls(), before, told)
        for kind in result["kinds"].values():
            assert 0 < kind["p50_us"] <= kind["p90_us"] <= kind["p99_us"] <= kind["p999_us"] <= kind["max_us"], kind

        # Every mix runs; a read finds the keys that were loaded.
        for mix in ("get", "put", "b", "c", "d", "f"):
            result = bench("bench", mix, "--duration", "300ms", "--keys", "50", "--prefix", mix + "-")
            assert result["failed"] == 0 and result["operations"] > 0, result
            assert mix == "d" or result["not_found"] == 0, result

        result = bench("bench", "get", "--one-a-message", "--duration", "300ms", "--keys", "50", "--depth", "32")
        assert result["one_a_message"] and result["failed"] == result["not_found"] == 0 < result["operations"], result

        # Writes that have seen nothing make siblings; no more than a node takes.
        result = bench("bench", "put", "--duration", "500ms", "--keys", "5", "--unseeing", "50", "--prefix", "s-")
        assert result["conflicts"] > 0, result

        # What it noted of itself holds before the checker, and is not empty.
        history = os.path.join(folder, "history")
        result = bench("--node", "n1", "--history", history, "bench", "f", "--duration", "500ms", "--keys", "20",
                       "--prefix", "h-")
        with open(history) as lines:
            written = [json.loads(line) for line in lines]
        finals = {(line["key"], line["node"]) for line in written if line["op"] == "final"}
        assert len(written) >= result["operations"] + 20 > 20, (len(written), result)  # and what it loaded
        assert len(finals) == 20 * 3, finals

        def check(*more):
            return subprocess.run([os.path.join(bin_folder, "kin-driver"), "check", "causal", history, *more],
                                  capture_output=True, text=True, timeout=120)

        checked = check()
        assert checked.returncode == 0, checked.stdout[-500:] + checked.stderr
        assert "clean: %d operations, 0 violations" % len(written) in checked.stdout, checked.stdout[-500:]

        # Keys that a load makes on its way are read in the end too, those of several clients and with conflicts.
        os.remove(history)
        bench("--history", history, "bench", "d", "--duration", "300ms", "--keys", "20", "--prefix", "i-", "--clients", "3")
        bench("--history", history, "bench", "put", "--duration", "300ms", "--keys", "5", "--prefix", "j-",
              "--unseeing", "20", "--clients", "3")
        checked = check()
        assert checked.returncode == 0, checked.stdout[-500:] + checked.stderr

        # Nodes die under it: writes whose answer was lost are sent elsewhere, and still the history is judged rightly.
        os.remove(history)
        command = [os.path.join(bin_folder, "kin"), "--config", cluster.config, "--timeout", "1s", "--history", history,
                   "bench", "put", "--duration", "3s", "--keys", "30", "--prefix", "l-", "--clients", "4", "--depth", "8"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as loading:
            for node in ("n1", "n2", "n3", "n1"):
                before = os.path.getsize(history) if os.path.exists(history) else 0
                nodes.until(lambda: os.path.exists(history) and os.path.getsize(history) > before + 100_000, 20, "load")
                cluster.kill(node)
                before = os.path.getsize(history)
                nodes.until(lambda: os.path.getsize(history) > before + 10_000, 20, "load without " + node)
                cluster.start(node)
            assert loading.wait(timeout=60) == 0
        checked = check()
        assert checked.returncode == 0, checked.stdout[-500:] + checked.stderr

        # A node that stands still for half a second: with a rate, the operations that were due meanwhile are late too.
        freezer = threading.Timer(0.7, cluster.freeze, ["n1"])
        thawer = threading.Timer(1.2, cluster.thaw, ["n1"])
        freezer.start()
        thawer.start()
        result = bench("--node", "n1", "bench", "get", "--duration", "2s", "--keys", "10", "--depth", "1", "--rate", "200")
        thawer.join()
        assert 300 <= result["operations"] <= 420, result
        assert result["kinds"]["read"]["p90_us"] > 100_000, result

        # An interrupt while the keys are written, which would take minutes.
        before = calls()
        command = [os.path.join(bin_folder, "kin"), "--config", cluster.config, "bench", "get", "--keys", "10000000",
                   "--duration", "1s"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as loading:
            nodes.until(lambda: calls() > before + 1000, 30, "keys are written")
            loading.send_signal(signal.SIGINT)
            assert loading.wait(timeout=20) == 130, loading.stderr.read()

        # What it cannot do.
        bench("bench", "e", code=2)
        bench("bench", "get", "--keys", "0", code=2)
        bench("--node", "n9", "bench", "get", code=2)
        bench("-b", "nowhere", "bench", "get", code=2)
        cluster.kill("n3")
        # Without n3 nobody can say what all nodes hold in the end: no line pretends to, and the user is told.
        os.remove(history)
        command = [os.path.join(bin_folder, "kin"), "--config", cluster.config, "-o", "json", "--history", history, "bench", "put",
                   "--duration", "200ms", "--keys", "5", "--prefix", "k-"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as waiting:
            assert json.loads(waiting.stdout.readline())["failed"] == 0  # what came of the load is not kept back
            waiting.send_signal(signal.SIGINT)
            assert waiting.wait(timeout=20) == 130
            assert "has not all final reads: interrupted" in waiting.stderr.read()
        assert '"final"' not in open(history).read()
        assert check().returncode == 2
        assert bench("--node", "n3", "--timeout", "300ms", "bench", "get", code=6)["status"] == "UNAVAILABLE"
    print("bench: figures, mixes, history, stalls and refusals hold")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
