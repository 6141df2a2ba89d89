#!/usr/bin/env python3
"""A client written from docs/wire-protocol.md alone.   python_client.py HOST:PORT get|put|delete KEY [VALUE [CONTEXT]]"""
import os
import sys

import msgpack
import zmq

READ, ADD_UPDATE, DELETE = 1, 2, 3
FAILURE = 128
IMPLIED, CONTEXT = 0, 1


class Kin:
    def __init__(self, endpoint, timeout_ms=2000):
        self.socket, self.timeout_ms, self.last = zmq.Context.instance().socket(zmq.DEALER), timeout_ms, 0
        self.socket.setsockopt(zmq.LINGER, 0)
        self.socket.connect("tcp://" + endpoint)

    def ask(self, kind, body):
        self.last += 1
        envelope = [1, b"", kind, self.last, b"python:%d" % os.getpid(), 0, 0, self.timeout_ms, []]
        self.socket.send(msgpack.packb(envelope) + msgpack.packb(body, use_bin_type=True))
        while replies := self.replies(self.timeout_ms):
            for kind, to, body in replies:
                if to == self.last:
                    if kind == FAILURE:
                        raise RuntimeError("status %d, applied %d: %s" % (body[0], body[1], body[2].decode()))
                    return body
        raise TimeoutError("no reply: nobody knows whether it happened")

    def replies(self, wait_ms):
        """The next that come, as (kind, request id, body); none came in time: []"""
        if not self.socket.poll(wait_ms):
            return []
        unpacker = msgpack.Unpacker(raw=True, strict_map_key=False)
        unpacker.feed(self.socket.recv())                # envelope, body, envelope, body, ...
        return [(envelope[2], envelope[3], next(unpacker)) for envelope in unpacker]

    def get(self, key, bucket=b"default"):
        """-> ([value, ...], context)"""
        node, order, siblings, clock, context, got, wanted = self.ask(READ, [bucket, key, [0, 0]])[:7]
        return [s[0] for s in siblings], context

    def put(self, key, value, context=b"", bucket=b"default"):
        """-> ([value, ...] that are there now, context)"""
        seen = CONTEXT if context else IMPLIED
        reply = self.ask(ADD_UPDATE, [bucket, key, value, seen, context, [0, 0], os.urandom(8), False])
        return [s[0] for s in reply[6]], reply[4]

    def delete(self, key, context=b"", bucket=b"default"):
        seen = CONTEXT if context else IMPLIED
        return self.ask(DELETE, [bucket, key, seen, context, [0, 0], os.urandom(8), False])[4]


def main(endpoint, command, *words):
    print(getattr(Kin(endpoint), command)(*[w.encode() for w in words]))


if __name__ == "__main__":
    main(*sys.argv[1:])
