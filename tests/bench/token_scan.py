"""A scan for a token at a node: it hashes when the block begins."""
import pathlib
import sys

from programs import BenchError

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "wire"))

TOKEN_WRITE, TOKEN_PROGRESS = 7, 136
LONGEST_MS = 600_000  # then the node gives it up


class TokenScan:
    """Of the numbers from 0 to `numbers`, at the token's writer; the token must have been created."""

    def __init__(self, writer, token, numbers):
        self.writer, self.token, self.numbers = writer, token, numbers

    def __enter__(self):
        # Here and not above: rows without a scan need none of the packages that this client needs.
        from python_client import Kin
        self.client = Kin(self.writer, LONGEST_MS)
        try:
            self.client.ask(TOKEN_WRITE, [self.token, b"bench", 0, 1, self.numbers, True])  # its progress replies too
        except BaseException as told:
            self.__exit__()
            if isinstance(told, (RuntimeError, TimeoutError)):
                raise BenchError("the scan did not begin: %s" % told) from None
            raise
        return self

    def __exit__(self, *_):
        self.client.socket.close()

    def ended(self):
        while replies := self.client.replies(0):
            if any(kind != TOKEN_PROGRESS for kind, _, _ in replies):
                return True
        return False
