#!/usr/bin/env python3
"""The client that was written from docs/wire-protocol.md alone works against real nodes.   BIN FOLDER"""
import os
import shutil
import sys

import nodes


def main(bin_folder, folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    with nodes.Nodes(bin_folder, folder, 3, "os") as cluster:
        n1, n2 = cluster.client("n1"), cluster.client("n2")
        values, context = n1.put(b"cart", b"apples")
        assert values == [b"apples"], values
        cluster.converge()
        assert n2.get(b"cart")[0] == [b"apples"]
        n2.put(b"cart", b"pears", context)
        n2.put(b"cart", b"plums", context)                  # one context used twice: two siblings
        values, both = n2.get(b"cart")
        assert sorted(values) == [b"pears", b"plums"], values
        n2.delete(b"cart", both)
        cluster.converge()
        assert n1.get(b"cart")[0] == []
        binary = bytes(range(256))
        n1.put(binary, binary)
        assert n1.get(binary)[0] == [binary]
        try:
            n1.put(b"cart", b"x", b"k1.nonsense")
        except RuntimeError as refusal:
            assert "status 2" in str(refusal), refusal
        else:
            raise AssertionError("a context that is none was taken")


if __name__ == "__main__":
    main(*sys.argv[1:])
