"""kin shell and kin-driver shell: lines from a pipe, and a person at a terminal who edits, completes, looks back and presses
Ctrl-C."""
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import termios
import time

from nodes import Nodes

bin_folder, folder = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
shutil.rmtree(folder, ignore_errors=True)
os.makedirs(folder)
environment = dict(os.environ, XDG_STATE_HOME=os.path.join(folder, "state"), TERM="xterm", NO_COLOR="1", LC_ALL="C.UTF-8")
environment.pop("KIN_CONFIG", None)


def piped(program, lines, *flags, code=0):
    done = subprocess.run([os.path.join(bin_folder, program), *flags, "shell"], input="\n".join(lines) + "\n",
                          capture_output=True, text=True, timeout=60, env=environment)
    assert done.returncode == code, (lines, done.returncode, done.stdout, done.stderr)
    return done


class Terminal:
    """A program on a terminal of its own, 80 columns wide."""

    def __init__(self, program, *flags):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(os.path.join(bin_folder, program), [program, *flags, "shell"], environment)
        self.seen = ""

    def type(self, keys):
        os.write(self.fd, keys.encode())

    def until(self, pattern, seconds=20):
        """What was printed up to this; all before it is forgotten."""
        deadline = time.monotonic() + seconds
        while True:
            found = re.search(pattern, self.seen)
            if found:
                text, self.seen = self.seen[:found.end()], self.seen[found.end():]
                return text
            left = deadline - time.monotonic()
            assert left > 0 and select.select([self.fd], [], [], left)[0], "no %r in %r" % (pattern, self.seen)
            try:
                got = os.read(self.fd, 4096)
            except OSError:
                got = b""
            assert got, "it ended; no %r in %r" % (pattern, self.seen)
            self.seen += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", got.decode(errors="replace"))

    def prompt(self, pattern):
        """Until the prompt is there and keys are read one by one: libedit prints it first."""
        text = self.until(pattern)
        deadline = time.monotonic() + 20
        while termios.tcgetattr(self.fd)[3] & termios.ICANON:
            assert time.monotonic() < deadline, "no editing"
        return text

    def ended(self):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if select.select([self.fd], [], [], 0.05)[0]:
                try:
                    os.read(self.fd, 4096)
                except OSError:
                    pass
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                os.close(self.fd)
                return os.waitstatus_to_exitcode(status)
        raise AssertionError("it does not end")


def lines_from_a_pipe(nodes):
    config = ("--config", nodes.config)
    done = piped("kin", ["add_update cart 'two words'", "# nothing", "", "  read cart  ", "kin --quiet read cart"], *config, "--node", "n1")
    assert done.stdout.count("two words") == 2 and "kin any>" not in done.stdout, done.stdout
    # All lines are run, and the last failure counts.
    done = piped("kin", ["read none", "nonsense", "add_update x 1", "read x"], *config, "--node", "n1", code=2)
    assert "line 1 ended with 3" in done.stderr and "line 2 ended with 2" in done.stderr, done.stderr
    assert "\n1\n  clock" in done.stdout, done.stdout
    assert piped("kin", ["nonsense", "read none"], *config, code=3)
    assert piped("kin", ["add_update y 1", "exit", "nonsense"], *config).stderr.count("nonsense") == 0
    assert "does not end" in piped("kin", ["add_update 'y 1"], *config, code=2).stderr
    assert "shell already" in piped("kin", ["shell"], *config, code=2).stderr
    assert "standard input holds the commands" in piped("kin", ["add_update y --file -", "keys"], *config, code=2).stderr
    done = piped("kin", ["use n2", "-o json add_update z 1", "use n9", "use any", "-o json read z --node n3 -R all"],
                 *config, code=2)
    assert '"node":"n2"' in done.stdout and '"node":"n3"' in done.stdout and "there is no node n9" in done.stderr, done
    session = os.path.join(folder, "s.session")
    piped("kin", ["session " + session, "add_update in-session 1", "session none", "add_update outside 1"], *config, "--node", "n1")
    kept = open(session).read()
    assert "in-session" in kept and "outside" not in kept
    # Flags of the shell hold for all lines.
    assert piped("kin", ["read cart", "read x"], *config, "-o", "json", "--node", "n1").stdout.count('"node":"n1"') == 2
    assert not os.path.exists(environment["XDG_STATE_HOME"])
    assert subprocess.run([os.path.join(bin_folder, "kin"), "shell"], input="", text=True, env=environment).returncode == 0


def a_person_at_a_terminal(nodes):
    shell = Terminal("kin", "--config", nodes.config, "--session", os.path.join(folder, "me.session"))
    shell.prompt(r"kin any \[me\.session\]> ")
    shell.type("use n\t")
    shell.until(r"n1\s+\r?\n\s+n2\s+\r?\n\s+n3")
    shell.type("1\r")
    shell.prompt(r"kin n1 \[me\.session\]> ")
    shell.type("add_u\tfrüh 'a  b'\r")  # completed, and not only ASCII
    shell.until(r"pdate früh 'a  b'")
    shell.until(r"OK  früh")
    shell.prompt(r"kin n1 \[me\.session\]> ")
    shell.type("reed früh\x01\x1b[C\x1b[C\x1b[3~a\r")  # Ctrl-A, twice right, delete, a: read
    shell.until("a  b")
    shell.prompt(r"kin n1 \[me\.session\]> ")
    shell.type("nonsense half typed\x03")  # Ctrl-C leaves the line
    shell.until(r"\^C")
    shell.prompt(r"kin n1 \[me\.session\]> ")
    nodes.freeze("n1")
    shell.type("--timeout 1m read früh\r")
    shell.until(r"früh\r?\n")
    os.kill(shell.pid, 0)
    shell.type("\x03")  # Ctrl-C ends the waiting, and not the shell
    shell.until(r"(?i)interrupted")
    nodes.thaw("n1")
    shell.prompt(r"kin n1 \[me\.session\]> ")
    shell.type("\x1b[A\x1b[A\r")  # twice up
    shell.until("a  b")
    shell.prompt(r"kin n1 \[me\.session\]> ")
    for line in ("help", "help session"):
        shell.type(line + "\r")
        shell.until("use ID")
        shell.prompt(r"kin n1 \[me\.session\]> ")
    shell.type(" secret-of-mine\r")  # a blank in front: not kept
    shell.until("there is no command")
    shell.prompt(r"kin n1 \[me\.session\]> ")
    shell.type("\x04")
    assert shell.ended() == 0
    history = os.path.join(environment["XDG_STATE_HOME"], "kin/kin-history")
    kept = open(history).read()
    assert "reed" not in kept and "secret" not in kept and "half" not in kept and "use" in kept, kept
    assert os.stat(history).st_mode & 0o077 == 0 and os.stat(os.path.dirname(history)).st_mode & 0o077 == 0

    again = Terminal("kin", "--config", nodes.config)
    again.prompt("kin any> ")
    again.type("\x12früh\r\x0d")  # Ctrl-R finds what was typed in the shell before
    again.until("a  b")
    again.prompt("kin any> ")
    os.kill(again.pid, signal.SIGTERM)
    assert again.ended() != 0
    last = Terminal("kin", "--config", nodes.config)
    last.prompt("kin any> ")
    last.type("exit\r")
    assert last.ended() == 0


def the_driver():
    run = os.path.join(folder, "run")
    done = piped("kin-driver", ["list", "up -n 3", "status", "kill n2", "status", "nonsense", "kill n9", "down"], "--dir", run, code=2)
    assert "seed-b-conflict" in done.stdout and "down" in done.stdout and "line 7 ended with" in done.stderr, done
    assert "2 of 2" in done.stdout, done
    shell = Terminal("kin-driver", "--dir", run)
    shell.prompt(re.escape("kin-driver " + run + "> "))
    shell.type("restart n\t")
    shell.until(r"n1\s+\r?\n\s+n2\s+\r?\n\s+n3")
    shell.type("\x03")
    shell.until(r"\^C")
    shell.type("li\t\r")
    shell.until("two-resolve-apart")
    shell.prompt("run> ")
    shell.type("shell\r")
    shell.until("shell already")
    shell.type("exit\r")
    assert shell.ended() == 0


with Nodes(bin_folder, folder, 3, durability="os") as cluster:
    lines_from_a_pipe(cluster)
    a_person_at_a_terminal(cluster)
the_driver()
print("shell: fine")
