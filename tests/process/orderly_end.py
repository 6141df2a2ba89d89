#!/usr/bin/env python3
"""SIGTERM under load: the node ends within 5 s, tells who still waits, and nothing acknowledged is lost (S-55).

    orderly_end.py BIN FOLDER

Only n1 of three is up, so what it acknowledged is nowhere else."""
import os
import shutil
import sys
import threading
import time

import nodes

CLIENTS, ROUNDS, MOST_SECONDS = 8, 4, 5
ADD_UPDATE, COUNT = 2, 1


class Writer(threading.Thread):
    """Writes one key after the other until it is refused; keeps what was acknowledged."""

    def __init__(self, cluster, name):
        super().__init__()
        self.kin, self.name, self.acknowledged, self.end = cluster.client("n1", 1000), name, [], None

    def run(self):
        while self.end is None:
            key = "%s-%d" % (self.name, len(self.acknowledged))
            try:
                self.kin.put(key.encode(), key.encode())
                self.acknowledged.append(key)
            except (RuntimeError, TimeoutError) as end:
                self.end = end


class Waiter(threading.Thread):
    """One write that waits for a second durable copy, which nobody will make."""

    def __init__(self, cluster):
        super().__init__()
        self.kin, self.answer, self.after = cluster.client("n1", 60000), None, None

    def run(self):
        try:
            self.kin.ask(ADD_UPDATE, [b"default", b"waits", b"x", 0, b"", [COUNT, 2], os.urandom(8), False])
        except (RuntimeError, TimeoutError) as answer:
            self.answer, self.after = answer, time.monotonic()


def one_round(cluster, number):
    writers = [Writer(cluster, "r%d-c%d" % (number, i)) for i in range(CLIENTS)]
    waiter = Waiter(cluster)
    for thread in [waiter, *writers]:
        thread.start()
    nodes.until(lambda: all(len(w.acknowledged) > 20 for w in writers), 30, "every client has written")
    asked = time.monotonic()
    cluster.process["n1"].terminate()
    code = cluster.process["n1"].wait(30)
    seconds = time.monotonic() - asked
    assert code == 0 and seconds < MOST_SECONDS, "exit code %d after %.1f s" % (code, seconds)
    for thread in [waiter, *writers]:
        thread.join()
    assert isinstance(waiter.answer, RuntimeError) and "n1 has ended" in str(waiter.answer), repr(waiter.answer)
    assert waiter.after - asked < MOST_SECONDS
    return seconds, [key for w in writers for key in w.acknowledged]


def main(bin_folder, folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    acknowledged = []
    with nodes.Nodes(bin_folder, folder, 3, up=["n1"]) as cluster:
        for number in range(ROUNDS):
            seconds, keys = one_round(cluster, number)
            acknowledged += keys
            cluster.start("n1")
            print("ended %.2f s after SIGTERM, %d acknowledged so far" % (seconds, len(acknowledged)))
        kin = cluster.client("n1", 10000)
        lost = [key for key in acknowledged if kin.get(key.encode())[0] != [key.encode()]]
    assert not lost, "%d of %d acknowledged are lost: %s" % (len(lost), len(acknowledged), lost[:5])


if __name__ == "__main__":
    main(*sys.argv[1:])
