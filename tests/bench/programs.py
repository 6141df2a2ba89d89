"""Runs other programs: bounded in time, and gone with their children whatever happens."""
import json
import os
import signal
import subprocess


class BenchError(Exception):
    """The measurement cannot go on; the text is for people."""


class Started:
    """The processes that are to be ended."""
    processes = []
    starting = interrupted = False


def interrupt(*_):
    """An exception amid a start would leave a process that nobody knows of."""
    Started.interrupted = True
    if not Started.starting:
        raise KeyboardInterrupt


def take_interrupts():
    """From now on Ctrl-C and SIGTERM raise KeyboardInterrupt, here and never in what was started."""
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, interrupt)


def start(command, **streams):
    """A process in a group of its own; ended by end_group, or at the latest by end_all."""
    Started.starting = True
    try:
        process = subprocess.Popen(command, start_new_session=True, **streams)
        Started.processes.append(process)
    finally:
        Started.starting = False
    if Started.interrupted:
        raise KeyboardInterrupt
    return process


def end_group(process):
    """Some of the programs fork; the group holds all that came of one."""
    if process not in Started.processes:
        return
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()
    Started.processes.remove(process)


def end_all():
    for process in list(Started.processes):
        end_group(process)


def output_of(command, longest=120, given=None):
    """What the program prints."""
    name = os.path.basename(command[0])
    process = start(command, stdin=subprocess.DEVNULL if given is None else subprocess.PIPE, stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE)
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
