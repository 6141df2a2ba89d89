#!/usr/bin/env python3
"""What people get wrong on the command lines: a clear message, the exit code of docs/operations.md, nothing lost.

    command_line.py BIN FOLDER"""
import json
import os
import shutil
import subprocess
import sys

import nodes


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True, timeout=30)
    return done.returncode, done.stdout + done.stderr


def main(bin_folder, folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    node, kin = os.path.join(bin_folder, "kin-node"), os.path.join(bin_folder, "kin")
    driver = os.path.join(bin_folder, "kin-driver")
    with nodes.Nodes(bin_folder, folder, 3, "os") as cluster:
        at_n1 = [kin, "--config", cluster.config, "--node", "n1"]
        config = [node, "--config", cluster.config, "--id"]
        broken = os.path.join(folder, "broken.yml")
        with open(broken, "w") as out:
            out.write("cluster: x\nnodes:\n  - {id: n1, host: 127.0.0.1, port: 7001}\nlimts: {}\n")
        port = cluster.endpoint["n1"].split(":")[1]
        big = os.path.join(folder, "big")
        with open(big, "wb") as out:
            out.write(b"v" * 1048577)
        cases = [
            (2, "broken.yml:4", [node, "--config", broken, "--id", "n1"]),
            (2, "limits", [node, "--config", broken, "--id", "n1"]),
            (2, "has no node n9; there are n1, n2, n3", [*config, "n9"]),
            (2, "-N", [node, "--host", "127.0.0.1", "--port", "7000", "-N", "3", "--hosts", "127.0.0.1", "--ports", "7001"]),
            (1, "in use", [node, "-host", "127.0.0.1", "-port", port, "-N", "1", "--data-dir", folder + "/d2", "--log-dir",
                           folder]),
            (1, "has no such address", [node, "--host", "192.0.2.1", "--port", port, "-N", "1", "--data-dir",
                                        folder + "/d3", "--log-dir", folder]),
            (1, "is in use by another program", [node, "--host", "127.0.0.1", "--port", port, "-N", "1", "--data-dir", folder + "/d3",
                             "--log-dir", folder]),  # and not: the data belong to 192.0.2.1
            (1, "in use by another process", [*config, "n1"]),
            (0, "", [*config, "n1", "--check-config"]),
            (0, "", [node, "--version"]),
            (2, "kin-node: '--no-such-flag' is not expected here\nsee kin-node --help\n", [node, "--no-such-flag"]),
            (2, "kin-node: '--prot' is not expected here\ndid you mean --port?\n", [node, "--prot", "7000"]),
            (2, "kin-node: '-prot' is not expected here\ndid you mean --port?\n", [node, "-prot", "7000"]),
            (2, "kin-node: --port: 1 required", [node, "--port"]),
            (2, "kin-node: say which node to start: --config FILE --id ID, or", [node]),
            (2, "see kin-node --help\n", [node]),
            (0, "1 it cannot start or go on", [node, "--help"]),
            (0, "1 internal;", [kin, "--help"]),
            (0, "5 there already, or stale;", [kin, "read", "--help"]),
            (0, "9 wrong tier, not the writer, or unsupported;", [kin, "--help"]),
            (0, "130 interrupted", [kin, "--help"]),
            (2, "kin: USAGE: a command is missing\nsee kin --help\n", [kin]),
            (0, "[1,0,0]", [*at_n1, "add_update", "cart", "apples"]),
            (0, "apples", [*at_n1, "-o", "raw", "read", "cart"]),
            (3, "", [*at_n1, "read", "nothing"]),
            (3, "", [*at_n1, "delete", "nothing"]),
            (2, "nobucket", [*at_n1, "-b", "nobucket", "read", "cart"]),
            (2, "", [*at_n1, "reed", "cart"]),
            (2, "-W is a flag of ", [*at_n1, "read", "cart", "-W", "2"]),
            (2, "a command is missing\nsee kin token --help\n", [kin, "token"]),
            (2, "is a file: give the folder", [kin, "log", "merge", cluster.config]),
            (2, "did you mean seed-b-conflict?", [driver, "run", "seed-b-conflct"]),
            (2, "--limit", [*at_n1, "keys", "--limit", "-1"]),
            (2, "--rate", [*at_n1, "bench", "--rate", "-5"]),
            (2, "--seed", [*at_n1, "bench", "--duration", "100ms", "--seed", "-5"]),
            (2, "--seed", [driver, "run", "--sim", "--seed", "-5", "seed-b-conflict"]),
            (2, "not in range 0 to 9223372036854775807", [*at_n1, "bench", "--duration", "100ms", "--seed", "-1"]),
            (2, "--seed", [*at_n1, "bench", "--duration", "100ms", "--seed", "18446744073709551616"]),
            (2, "not in range 0 to 9223372036854775807", [driver, "run", "--sim", "--seed", "-1", "seed-b-conflict"]),
            (2, "--seed", [driver, "run", "--sim", "--seed", "18446744073709551616", "seed-b-conflict"]),
            (2, "is no regular file", [*at_n1, "--session", folder, "read", "cart"]),
            (2, "is no regular file", [*at_n1, "--session", "/dev/null", "read", "cart"]),
            (2, "it stands without tcp://", [kin, "--endpoints", "tcp://127.0.0.1:7001", "read", "cart"]),
            (2, "must be a mapping", [driver, "run", "--sim", "/dev/null"]),
            (2, "cannot be written", [*at_n1, "--session", folder + "/no/mine.json", "add_update", "unsaid", "x"]),
            (3, "", [*at_n1, "read", "unsaid"]),
            (2, "context", [*at_n1, "add_update", "cart", "x", "--context", "k1.nonsense"]),
            (8, "limit", [*at_n1, "add_update", "k" * 1025, "x"]),
            (8, "", [*at_n1, "add_update", "cart", "--file", big]),
            (2, "", [*at_n1, "add_update", "cart", "x", "-W", "4"]),
            (0, "", [*at_n1, "--timeout", "10s", "add_update", "cart", "y", "-W", "all"]),  # links may still be coming up
            (6, "", [kin, "--endpoints", "127.0.0.1:1", "--timeout", "300ms", "read", "cart"]),
            (0, "after", [kin, "vclock", "compare", "[3,1,3]", "[1,0,3]"]),
            (0, "concurrent", [kin, "vclock", "compare", "[1,0,3]", "[1,1,1]"]),
        ]
        for code, text, words in cases:
            got, output = run(*words)
            assert got == code, "%s: exit %d, not %d\n%s" % (words[1:], got, code, output)
            assert text in output, "%s does not say %r:\n%s" % (words[1:], text, output)
        reply = json.loads(run(*at_n1, "-o", "json", "read", "cart")[1])
        assert reply["status"] == "OK" and reply["siblings"][0]["value"] == "y", reply
        code, text = run(*at_n1, "-o", "json", "read", "nothing")
        assert code == 3 and json.loads(text)["status"] == "NOT_FOUND" and json.loads(text)["applied"] == "no", text
        for words in ([*at_n1, "read", "cart"], [*at_n1, "-o", "raw", "read", "cart"],
                      [os.path.join(bin_folder, "kin-driver"), "list"]):
            with open("/dev/full", "w") as full:
                done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, timeout=30)
            assert done.returncode == 1 and "standard output" in done.stderr, (words, done)
    with nodes.Nodes(bin_folder, folder, 1, "os", up=[]) as cluster:
        code, text = run(node, "--config", cluster.config, "--id", "n1")
        assert code == 1 and "does not name: n2, n3." in text, "a file without n2 and n3: exit %d\n%s" % (code, text)
        shutil.rmtree(os.path.join(folder, "data"))
        with open(cluster.config) as text, open(cluster.config + ".plain", "w") as out:
            out.write(text.read().replace("faults: {enabled: true}", ""))
        cluster.config += ".plain"
        cluster.start("n1")
        code, text = run(kin, "--config", cluster.config, "fault", "offline", "n1")
        assert code == 10, "a fault without --enable-faults: exit %d\n%s" % (code, text)


if __name__ == "__main__":
    main(*sys.argv[1:])
