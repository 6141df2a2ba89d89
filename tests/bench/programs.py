"""Runs other programs: bounded in time, and gone with their children whatever happens."""
import json
import os
import signal
import subprocess


class BenchError(Exception):
    """The measurement cannot go on; the text is for people."""


def end_group(process):
    """Some of the programs fork; the group holds all that came of one."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def output_of(command, longest=120, given=None):
    """What the program prints. It gets a group of its own, so a Ctrl-C reaches it through us alone."""
    name = os.path.basename(command[0])
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL if given is None else subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    try:
        out, err = process.communicate(given, timeout=longest)
    except subprocess.TimeoutExpired:
        raise BenchError("%s did not end within %g s: %s" % (name, longest, " ".join(command))) from None
    finally:
        end_group(process)
    if process.returncode != 0:
        told = (err or out).decode(errors="replace").strip().splitlines()
        raise BenchError("%s ended with exit code %d: %s\n  %s"
                         % (name, process.returncode, " ".join(command), told[0] if told else "it said nothing"))
    return out.decode()


def json_of(command, longest=120):
    """The one line of JSON that the program prints."""
    text = output_of(command, longest)
    try:
        return json.loads(text)
    except ValueError:
        raise BenchError("%s printed no JSON: %s" % (os.path.basename(command[0]), text[:200])) from None
