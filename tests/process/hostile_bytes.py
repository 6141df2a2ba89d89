#!/usr/bin/env python3
"""A hundred thousand frames that are no message, or nobody's: the node goes on serving, as fast, and stays small.

    hostile_bytes.py BIN FOLDER"""
import itertools
import os
import random
import shutil
import socket
import sys
import time

import msgpack
import zmq

import nodes


FRAMES, BETWEEN_QUESTIONS = 100_000, 50
SLACK_S = 0.010  # what two p99 on a busy machine may differ by, beside the factor


def resident_kib(pid):
    with open("/proc/%d/status" % pid) as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def frames(cluster_name, seed):
    dice = random.Random(seed)
    envelope = [1, b"", 1, 7, b"stranger", 0, 0, 1000, []]
    good = msgpack.packb(envelope) + msgpack.packb([b"default", b"k", [0, 0]])
    peer = msgpack.packb([1, cluster_name, 64, 0, b"n2", 5, 5, 0, []]) + msgpack.packb([1, b"\x92\x01\xc4\x01x"])
    for whole in (good, peer):
        for i in range(len(whole)):
            yield whole[:i]
            yield whole[:i] + bytes([whole[i] ^ dice.choice([1, 0x55, 0x80, 0xff])]) + whole[i + 1:]
    for first in range(0, 300_000, 60_000):  # as if from a peer, with processes that nobody has heard of
        clock = [[b"stranger%d.1" % host, 1] for host in range(first, first + 60_000)]
        yield msgpack.packb([1, cluster_name, 64, 0, b"n2", 5, 5, 0, clock]) + msgpack.packb([1, b"\x92\x01\xc4\x01x"])
    yield b"\x91" * 1000000
    for header in (b"\xdd", b"\xdf", b"\xc6", b"\xdb", b"\xc9"):
        yield header + b"\xff\xff\xff\xff"
        yield msgpack.packb(envelope) + header + b"\xff\xff\xff\xff"
    yield b"".join(b"\xdd\x00\x98\x96\x80" for _ in range(100))
    yield msgpack.packb([9] + envelope[1:]) + msgpack.packb([])
    yield msgpack.packb([1, b"another cluster"] + envelope[2:]) + msgpack.packb([b"default", b"k", [0, 0]])
    yield msgpack.packb(envelope[:2] + [9999] + envelope[3:]) + msgpack.packb([])
    while True:
        whole = dice.choice((good, peer))
        at, kind = dice.randrange(len(whole)), dice.randrange(3)
        if kind == 0:
            yield dice.randbytes(dice.randrange(200))
        elif kind == 1:  # a message whose end is another one
            yield whole[:at] + dice.randbytes(dice.randrange(200))
        else:            # or with something between
            yield whole[:at] + dice.randbytes(dice.randrange(8)) + whole[at:]


def p99_s(took):
    return sorted(took)[len(took) * 99 // 100]


def main(bin_folder, folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    with nodes.Nodes(bin_folder, folder, 2, "os") as cluster:
        client = cluster.client("n1")
        client.put(b"k", b"v")
        def question():
            start = time.monotonic()
            assert client.get(b"k")[0] == [b"v"]
            return time.monotonic() - start

        usual = p99_s([question() for _ in range(FRAMES // BETWEEN_QUESTIONS)])
        before = resident_kib(cluster.process["n1"].pid)
        stranger = zmq.Context.instance().socket(zmq.DEALER)
        stranger.setsockopt(zmq.LINGER, 0)
        stranger.connect("tcp://" + cluster.endpoint["n1"])
        count, took = 0, []
        for frame in itertools.islice(frames(cluster.name.encode(), 1), FRAMES):
            stranger.send(frame)
            count += 1
            if count % BETWEEN_QUESTIONS == 0:
                took.append(question())
        now = p99_s(took)
        assert now <= 2 * usual + SLACK_S, "p99 %.1f ms, %.1f ms before" % (1000 * now, 1000 * usual)
        host, port = cluster.endpoint["n1"].split(":")
        raw = [socket.create_connection((host, int(port))) for _ in range(100)]
        for i, connection in enumerate(raw):
            connection.sendall([b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 10, b"\x00" * 4096, b""][i % 4])
        assert client.get(b"k")[0] == [b"v"]
        for connection in raw:
            connection.close()
        assert client.get(b"k")[0] == [b"v"]
        assert cluster.process["n1"].poll() is None
        counters = cluster.status("n1")["counters"]
        assert counters["transport_received"] > FRAMES and counters["malformed"] > FRAMES / 2, counters
        grown = resident_kib(cluster.process["n1"].pid) - before
        assert grown < 64 * 1024, "grew by %d KiB" % grown
        with open(os.path.join(folder, "logs", "n1.trace")) as trace:
            longest = max(len(line) for line in trace)
        assert longest < 1000, "a line of %d bytes in the trace: the clocks of strangers were believed" % longest
        log = open(os.path.join(folder, "logs", "n1.log")).read()
        assert log.count("malformed") < 20, "a line for every bad message"
        print("%d bad messages; grew by %d KiB; p99 %.2f ms, %.2f ms before" % (count, grown, 1000 * now, 1000 * usual))


if __name__ == "__main__":
    main(*sys.argv[1:])
