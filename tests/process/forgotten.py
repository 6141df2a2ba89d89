#!/usr/bin/env python3
"""kin delete --wait forgotten: it returns when no store of any node has a record of the key, and says who blocks it where
one is away.

    forgotten.py BIN FOLDER"""
import json
import os
import shutil
import subprocess
import sys

import nodes


def main(bin_folder, folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    with nodes.Nodes(bin_folder, folder, 3, "os", "gossip: {interval_ms: 50}\n") as cluster:
        def records(n, text):
            """Records of a node that is down in which the text stands."""
            done = subprocess.run([os.path.join(bin_folder, "kin-store-records"), os.path.join(folder, "data", n), text],
                                  capture_output=True, text=True, timeout=60)
            assert done.returncode == 0, done.stderr
            return int(done.stdout)

        for key in ("secret-one", "secret-two", "kept"):
            cluster.kin("add_update", key, "a", node="n1")
            cluster.kin("add_update", key, "b", "--new-sibling", node="n2")
            cluster.kin("add_update", key, "c", node="n3")
        cluster.converge()

        # With one node away it is deleted, and not forgotten: who is to blame is said, and what to do.
        cluster.kill("n3")
        out = cluster.kin("-o", "json", "delete", "secret-one", "--wait", "forgotten", "--timeout", "2s", node="n1", ok=(7,))
        deleted, failure = [json.loads(line) for line in out.splitlines()]
        assert deleted["status"] == "OK" and failure["status"] == "TIMEOUT" and failure["applied"] == "yes", out
        assert "n3 does not answer" in failure["message"] and "Waiting for n3" in failure["message"], failure
        assert "kin cluster remove" in failure["message"], failure
        cluster.start("n3")
        cluster.converge()

        # All are there: when it returns, nothing is left anywhere, also not a moment later.
        out = cluster.kin("delete", "secret-two", "--wait", "forgotten", "--timeout", "30s", node="n2")
        assert "forgotten by all nodes" in out, out
        for n in cluster.ids:
            cluster.kill(n)
        for n in cluster.ids:
            assert records(n, "secret-two") == 0, n
            assert records(n, "kept") > 0, n
            cluster.start(n)
        cluster.converge()

        # Of the first one nobody asked again; it is forgotten too.
        status = lambda: [cluster.status(n)["tiers"][0]["held_back"] for n in cluster.ids]  # noqa: E731
        nodes.until(lambda: status() == [0, 0, 0], 30, "all is forgotten")
        out = cluster.kin("-o", "json", "delete", "kept", "--wait", "forgotten", "--timeout", "30s", node="n3")
        assert json.loads(out.splitlines()[1]) == {"status": "OK", "applied": "yes", "forgotten": True}, out
        for n in cluster.ids:
            cluster.end(n)
            for text in ("secret-one", "secret-two", "kept"):
                assert records(n, text) == 0, (n, text)
            cluster.start(n)

        # A key that is written anew is not forgotten.
        cluster.kin("delete", "nothing", "--wait", "forgotten", ok=(3,))
        cluster.kin("delete", "nothing", "--wait", "something", ok=(2,))
        lone = [os.path.join(bin_folder, "kin"), "--endpoints", cluster.endpoint["n1"]]
        subprocess.run([*lone, "add_update", "lone", "v"], check=True, capture_output=True, timeout=30)
        done = subprocess.run([*lone, "delete", "lone", "--wait", "forgotten"], capture_output=True, text=True, timeout=30)
        assert done.returncode == 2 and "nothing is deleted: n2 cannot be asked" in done.stderr, (done.returncode, done.stderr)
        assert not done.stdout, done
        assert cluster.kin("-o", "raw", "read", "lone", node="n1") == "v"

        # Who was removed keeps nobody waiting, as soon as those that are left know of it.
        cluster.kin("add_update", "last", "v", node="n1")
        cluster.kill("n3")
        cluster.kin("cluster", "remove", "n3")
        out = cluster.kin("delete", "last", "--wait", "forgotten", "--timeout", "30s", node="n1")
        assert "forgotten by all nodes" in out, out
    print("forgotten: ok")


if __name__ == "__main__":
    main(*sys.argv[1:])
