"""How far a run is, on the standard error: a line that changes at a terminal, a line a round elsewhere."""
import sys


class Progress:
    def __init__(self, rounds, measurements):
        self.rounds, self.of = rounds, rounds * measurements
        self.terminal, self.done, self.round, self.last = sys.stderr.isatty(), 0, 0, None

    def begin_round(self, number):
        self.round = number
        if not self.terminal:
            print("round %d of %d" % (number, self.rounds), file=sys.stderr, flush=True)

    def tell(self, measurement):
        if measurement != self.last:
            self.last, self.done = measurement, self.done + 1
        if self.terminal:
            self.show("round %d of %d, %d of %d: %s" % (self.round, self.rounds, self.done, self.of, measurement))

    def end(self):
        if self.terminal:
            self.show("")

    @staticmethod
    def show(line):
        print("\r%s\x1b[K" % line, end="", file=sys.stderr, flush=True)
