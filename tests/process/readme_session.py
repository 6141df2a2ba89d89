#!/usr/bin/env python3
"""README's conflict, played on real nodes: what the page shows is what a person sees. Times, contexts and who heard
whom how late differ from run to run and are compared as such.

    readme_session.py BIN FOLDER [--print]     --print: the session as it is, to be put into README"""
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PATH_LINE = "$ export PATH=$PWD/build/release/bin:$PATH KIN_CONFIG=logs/run/cluster.yml"
SILENCE = re.compile(r"  n\d heard nothing of (n\d)((, n\d)* and n\d)? from T (to T|until now)\.")


def session_of_readme():
    with open(os.path.join(ROOT, "README.md")) as page:
        text = page.read()
    block = text.split("## A conflict, and the way out")[1].split("```")[1].strip("\n").split("\n")
    steps = []                                                        # (command, [line shown])
    for line in block:
        if line.startswith("$ "):
            steps.append((line, []))
        else:
            steps[-1][1].append(line)
    return steps


def alike(line):
    line = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "T", line)
    line = re.sub(r"k1\.[\w.-]+", "k1.CONTEXT", line)
    line = re.sub(r"differs: .*\(", "differs (", line)
    line = re.sub(r"\b[\d.]+ (ms|s)\b", "SOME TIME", line)
    return re.sub(r" +", " ", line) if " T" in line and "since" in line else line


def screen(output):
    """Without the contexts of writes, which README leaves out."""
    return [line.rstrip() for line in output.split("\n")[:-1] if not line.startswith("  context k1.")]


def compare(command, shown, seen):
    seen = [line for line in seen if not re.fullmatch(r"n\d: (isolate|online)", line)]
    if command.startswith("$ kin-driver"):                            # a table with ports, and who ended
        missing = [line for line in shown if line not in seen]
        assert not missing, (command, missing, seen)
        return
    shown, seen = [alike(line) for line in shown], [alike(line) for line in seen]
    if "explain" in command:
        for lines in (shown, seen):
            silent = [line for line in lines if SILENCE.fullmatch(line)]
            assert any("n1" in line for line in silent) and any("n2" in line for line in silent), lines
            for line in silent:
                lines.remove(line)
    shown, seen = [re.sub(r"  +", "  ", line) for line in shown], [re.sub(r"  +", "  ", line) for line in seen]
    # Who came to know of which value first is a race of three nodes.
    race = re.compile(r"(before the conflict|since T)")
    shown, seen = [race.sub("KNOWN", line) for line in shown], [race.sub("KNOWN", line) for line in seen]
    assert [line.rstrip() for line in shown] == [line.rstrip() for line in seen], \
        "%s\nREADME shows:\n%s\nthe screen:\n%s" % (command, "\n".join(shown), "\n".join(seen))


def main(bin_folder, folder, *flags):
    run_folder = os.path.join(folder, "run")
    shutil.rmtree(run_folder, ignore_errors=True)
    environment = dict(os.environ, PATH=bin_folder + ":" + os.environ["PATH"], NO_COLOR="1",
                       KIN_CONFIG=os.path.join(run_folder, "cluster.yml"))
    context = "none"
    steps = session_of_readme()
    assert steps[0] == (PATH_LINE, []), steps[0]
    print(PATH_LINE)
    try:
        for command, shown in steps[1:]:
            line = command[2:].split("   #")[0].strip()
            line = re.sub(r"k1\.[\w.-]+", context, line)
            line = re.sub(r"^kin-driver (\w+)", r"kin-driver \1 --dir " + run_folder, line)
            done = subprocess.run(["bash", "-c", line], cwd=ROOT, env=environment, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, timeout=120)
            output = done.stdout.decode()
            found = re.findall(r"--context (k1\.[\w-]+)", output)
            context = found[-1] if found else context
            if "--print" in flags:
                print(command + "\n" + "\n".join(screen(output)))
            else:
                compare(command, shown, screen(output))
    finally:
        subprocess.run([os.path.join(bin_folder, "kin-driver"), "down", "--dir", run_folder], stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=60)


if __name__ == "__main__":
    main(*sys.argv[1:])
    print("held")
