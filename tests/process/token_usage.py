#!/usr/bin/env python3
"""What people get wrong with tokens: a clear message, the exit code of docs/operations.md, nothing changed.

    token_usage.py BIN FOLDER"""
import os
import shutil
import subprocess
import sys

import nodes

EXTRA = "tokens_file: tokens.yml\nlimits: {token_domain: 1000}\nbuckets:\n  - {name: default}\n  - {name: held, tier: atomic}\n"


def main(bin_folder, folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    cluster = nodes.Nodes(bin_folder, folder, 3, "os", EXTRA)
    token = '- token: "%s"\n  writer: "%s"\n  readers: ["%s", "%s"]\n'
    with open(folder + "/tokens.yml", "w") as out:
        for name in ("1020", "1021"):
            out.write(token % (name, cluster.endpoint["n1"], cluster.endpoint["n2"], cluster.endpoint["n3"]))
    kin = [os.path.join(bin_folder, "kin")]
    node = [os.path.join(bin_folder, "kin-node"), "--check-config", "--config"]
    at = kin + ["--config", cluster.config]
    far = kin + ["--endpoints", ",".join(cluster.endpoint.values())]

    def write(low, mid, high, name="1020"):
        return ["token", "write", "--id", name, "--name", "hello", "--low", low, "--mid", mid, "--high", high]

    def broken(name, tokens, faults=""):
        with open(folder + "/%s-tokens.yml" % name, "w") as out:
            out.write(tokens)
        with open(cluster.config) as good, open(folder + "/%s.yml" % name, "w") as out:
            out.write(good.read().replace("tokens.yml", name + "-tokens.yml").replace("enabled: true", "enabled: true" + faults))
        return node + [folder + "/%s.yml" % name]

    one = token % ("1020", cluster.endpoint["n1"], cluster.endpoint["n2"], cluster.endpoint["n3"])
    stranger = one.replace(cluster.endpoint["n1"], "127.0.0.1:1")
    before = [
        (0, "1021", at + ["token", "list"]),
        (0, "1021", far + ["token", "list"]),
        (3, "never created", at + ["token", "read", "--id", "1020"]),
        (3, "never created", at + write("0", "5", "10")),
        (3, "never created", at + ["token", "drop", "--id", "1020"]),
        (0, "OK", far + ["token", "create", "--id", "1020"]),
        (5, "exists already", at + ["token", "create", "--id", "1020"]),
        (0, "OK", at + ["token", "create", "--id", "1020", "--if-absent"]),
        (0, "hello", at + write("0", "5", "10")),
    ]
    wrong = [
        (3, "no token 999; there are 1020, 1021", at + ["token", "read", "--id", "999"]),
        (3, "no token 999", far + write("0", "5", "10", "999")),
        (2, "--low", at + write("6", "5", "10")),
        (2, "--mid", at + write("0", "10", "10")),
        (2, "whole number", at + write("0", "5", "18446744073709551616")),
        (8, "limits.token_domain", at + write("0", "5", "1001")),
        (2, "one line", at + ["token", "read", "--id", "10\n20"]),
        (2, "one line", at + ["token", "create", "--id", ""]),
        (9, "n1", at + ["--node", "n2"] + write("0", "5", "10")),
        (9, "n2", at + ["--node", "n1", "token", "read", "--id", "1020"]),
        (2, "no reader", at + ["token", "read", "--id", "1020", "--reader", cluster.endpoint["n1"]]),
        (9, "WRONG_TIER", at + ["-b", "held", "read", "1020"]),
        (9, "WRONG_TIER", at + ["-b", "held", "add_update", "1020", "v"]),
        (9, "WRONG_TIER", at + ["-b", "held", "delete", "1020"]),
        (3, "no token cart", at + ["token", "read", "--id", "cart"]),
        (2, "there is no node n9", at + ["fault", "silent", "1020", "n9"]),
        (2, "no time", at + ["fault", "silent", "1020", "n1", "--after", "soon"]),
        (3, "no token", at + ["fault", "silent", "999", "n1"]),
        (2, "twice-tokens.yml:4: the token 1020 stands here twice", broken("twice", one + one)),
        (2, "stranger-tokens.yml:2: 127.0.0.1:1 is no node", broken("stranger", stranger)),
        (2, "no token 1021", broken("silent", one, ', silent: [{token: "1021", node: n1}]')),
    ]
    with cluster:
        for code, words, command in before + wrong:
            done = subprocess.run(command, capture_output=True, text=True, timeout=30)
            said = done.stdout + done.stderr
            assert done.returncode == code and words in said, "%s\nexit %d instead of %d, or no '%s' in: %s" % (
                " ".join(command[1:]), done.returncode, code, words, said)
        for pinned in ("n2", "n3"):
            shown = cluster.kin("-o", "json", "token", "read", "--id", "1020", node=pinned)
            assert '"name":"hello","low":0,"mid":5,"high":10' in shown, shown
    print("%d commands" % len(before + wrong))


if __name__ == "__main__":
    main(*sys.argv[1:])
