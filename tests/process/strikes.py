"""What is done to real nodes while clients use them, each undone before the next: a kill, a pause, an isolated node, a
cut link."""
import time

import workers


def kill(cluster, wait, node, other):
    cluster.kill(node)
    wait()
    cluster.start(node)


def pause(cluster, wait, node, other):
    cluster.freeze(node)
    wait()
    cluster.thaw(node)


def isolate(cluster, wait, node, other):
    cluster.kin("fault", "isolate", node)
    wait()
    cluster.kin("fault", "join", node)


def cut(cluster, wait, node, other):
    cluster.kin("fault", "link", node, other, "--drop", "100")
    wait()
    cluster.kin("fault", "link", node, other, "--drop", "0")


class Strikes:
    """Draws what is done and to whom. `kinds` are functions as those above; `shortest` to `longest` seconds pass before
    one is undone, or less when `stop` is set."""

    def __init__(self, cluster, stop, dice, kinds, shortest, longest):
        self.cluster, self.stop, self.dice, self.kinds = cluster, stop, dice, {kind.__name__: kind for kind in kinds}
        self.shortest, self.longest = shortest, longest
        self.counts = dict.fromkeys(self.kinds, 0)

    def strike(self):
        kind = self.dice.choice(sorted(self.kinds))
        node, other = self.dice.sample(self.cluster.ids, 2)
        a_while = self.dice.uniform(self.shortest, self.longest)
        self.counts[kind] += 1
        self.kinds[kind](self.cluster, lambda: self.stop.wait(a_while), node, other)

    def beset(self, clients, seconds):
        """Lets these workers work, and strikes all the while, one strike after the other."""
        for client in clients:
            client.start()
        end = time.monotonic() + seconds
        try:
            while time.monotonic() < end and not self.stop.is_set():
                self.strike()
        finally:
            self.stop.set()
            for client in clients:
                client.join()
        for client in clients:
            client.end()

    def number(self):
        return sum(self.counts.values())

    def told(self):
        return ", ".join("%s %d" % item for item in self.counts.items())


class Striking(workers.Worker):
    """One strike every so many seconds, from the beginning of one to that of the next. A strike that takes longer lets the
    next one begin at once."""

    def __init__(self, strikes, every_s):
        super().__init__(strikes.stop)
        self.strikes, self.every_s, self.due = strikes, every_s, time.monotonic()

    def step(self):
        if self.stop.wait(max(self.due - time.monotonic(), 0)):
            return
        self.due += self.every_s
        self.strikes.strike()
