"""Threads of a test that work until they are told to stop, and that cannot fail unnoticed."""
import threading


class Worker(threading.Thread):
    """Calls step() again and again until `stop` is set. What fails in it sets `stop` for the others too, and end() raises
    it."""

    def __init__(self, stop):
        super().__init__()
        self.stop, self.failed = stop, None

    def run(self):
        try:
            while not self.stop.is_set():
                self.step()
        except Exception as failure:  # whatever it is, the main thread must know
            self.failed = failure
            self.stop.set()

    def end(self):
        """Waits until it has ended; `stop` is set by then, or will be."""
        self.join()
        if self.failed:
            raise self.failed
