"""Completion in bash, zsh and fish by their own machinery, and the manual pages."""
import os
import shutil
import subprocess
import sys

bin_folder, folder, build = (os.path.abspath(word) for word in sys.argv[1:4])
shutil.rmtree(folder, ignore_errors=True)
os.makedirs(folder)
os.environ["PATH"] = bin_folder + ":" + os.environ["PATH"]
os.environ.pop("KIN_CONFIG", None)


def out(*command, text=""):
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60, cwd=folder)
    assert done.returncode == 0 and not done.stderr, (command, done.returncode, done.stdout, done.stderr)
    return done.stdout


def in_bash(program, line):
    """What bash would offer at the end of this line."""
    words = line.split(" ")
    script = """source <(%s completion bash)
COMP_WORDS=(%s); COMP_CWORD=%d; COMP_LINE=%s; COMP_POINT=${#COMP_LINE}
_%s_complete
printf '%%s\\n' "${COMPREPLY[@]}"
""" % (program, " ".join("'%s'" % w for w in words), len(words) - 1, "'%s'" % line, program.replace("-", "_"))
    return [word for word in out("bash", "--norc", "-c", script).split("\n") if word]


def complete():
    with open(os.path.join(folder, "cluster.yml"), "w") as config:
        config.write("cluster: c\nnodes:\n  - {id: n1, host: 127.0.0.1, port: 7001}\n  - {id: n2, host: 127.0.0.1, port: 7002}\n")
    assert in_bash("kin", "kin r") == ["read", "resolve"]
    assert "timeline" in in_bash("kin", "kin log ") and "read" not in in_bash("kin", "kin log ")
    assert in_bash("kin", "kin read --allow") == ["--allow-siblings"]
    assert "--config" in in_bash("kin", "kin log merge --")
    assert sorted(in_bash("kin", "kin cluster wait --h")) == ["--help", "--history"]
    assert in_bash("kin", "kin -o ") == ["text", "json", "raw"]
    assert in_bash("kin", "kin log timeline --html clu") == ["cluster.yml"]
    assert in_bash("kin", "kin --config cluster.yml --node ") == ["n1", "n2"]
    assert in_bash("kin", "kin --config cluster.yml fault isolate n2") == ["n2"]
    assert in_bash("kin", "kin --config cluster.yml fault link ") == ["n1", "n2"]
    assert in_bash("kin", "kin --config cluster.yml fault link n1 ") == ["n1", "n2"]
    assert in_bash("kin", "kin --config cluster.yml vclock compare ") == []
    assert in_bash("kin", "kin get -") == in_bash("kin", "kin read -")
    assert "seed-b-conflict" in in_bash("kin-driver", "kin-driver run seed-")
    assert in_bash("kin-driver", "kin-driver check l") == ["linearizable"]
    assert in_bash("kin-driver", "kin-driver completion ") == ["bash", "zsh", "fish"]
    assert in_bash("kin-driver", "kin-driver up --durability f") == ["fsync"]
    # Bash itself finds the function.
    assert "_kin_complete" in out("bash", "--norc", "-c", "source <(kin completion bash); complete -p kin")
    for shell, check in (("bash", ["bash", "-n"]), ("zsh", ["zsh", "-n"]), ("fish", ["fish", "--no-execute"])):
        if not shutil.which(shell):
            print("no %s here" % shell)
            continue
        for program in ("kin", "kin-driver"):
            script = os.path.join(folder, program + "." + shell)
            with open(script, "w") as file:
                file.write(out(program, "completion", shell))
            out(*check, script)
    if shutil.which("fish"):
        got = out("fish", "--no-config", "-c", "source kin.fish; complete -C 'kin log '").split("\n")
        assert any(line.startswith("timeline\t") for line in got), got
        got = out("fish", "--no-config", "-c", "source kin.fish; complete -C 'kin log timeline --html clu'").split("\n")
        assert any(line.startswith("cluster.yml") for line in got), got
        got = out("fish", "--no-config", "-c", "source kin.fish; complete -C 'kin log timeline --html=clu'").split("\n")
        assert any(line.startswith("--html=cluster.yml") for line in got), got


def every_command_is_offered():
    """Whatever --help shows, at any depth."""
    def walk(program, path):
        help_text = out(program, *path, "--help")
        part = help_text.split("Subcommands:\n")
        if len(part) < 2:
            return 1
        names = [line.split()[0].rstrip(",") for line in part[1].split("\n\n")[0].split("\n") if line.startswith("  ") and line[2] != " "]
        offered = [line.split("\t")[0] for line in out(program, "completion", "candidates", "--", *path, "").split("\n")]
        assert names and set(names) <= set(offered), (path, names, offered)
        return 1 + sum(walk(program, [*path, name]) for name in names)
    assert walk("kin", []) > 25 and walk("kin-driver", []) > 15


def manual_pages():
    for program, words in (("kin", ["kin add_update", "--merge-cmd", "kin token write", "Exit codes"]),
                           ("kin-driver", ["kin-driver check linearizable", "--durability"])):
        page = os.path.join(build, "share/man/man1", program + ".1")
        warnings = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-z", page], capture_output=True, text=True)
        assert warnings.returncode == 0 and not warnings.stderr, warnings.stderr
        shown = subprocess.run(["groff", "-man", "-Tutf8", "-P-cbou", page], capture_output=True, text=True).stdout
        shown = " ".join(shown.split())  # lines are justified
        for word in words:
            assert word in shown, (word, shown[:2000])
        if shutil.which("mandoc"):
            lint = subprocess.run(["mandoc", "-Tlint", "-Wwarning", page], capture_output=True, text=True)
            complaints = [line for line in lint.stdout.split("\n") if line and "missing date" not in line]
            assert not complaints, complaints


complete()
every_command_is_offered()
manual_pages()
print("completion: fine")
