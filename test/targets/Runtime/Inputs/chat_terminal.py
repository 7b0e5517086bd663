"""Types into a chat on a terminal, Ctrl-C and Ctrl-D among it: chat_terminal.py FAST SLOW.

Both bundles answer alike; the second is slow enough to be stopped half-way.
"""
import os
import pty
import re
import signal
import subprocess
import sys
import time

fast, slow = sys.argv[1:]
OPTIONS = ["-n", "60"]
LIMIT = 60  # seconds for what takes less than two


def whole(question):
    return subprocess.run(["tandem-runtime", "chat", fast, *OPTIONS], input=question + "\n", check=True, capture_output=True,
                          text=True).stdout[:-1]


class Terminal:
    def __init__(self, bundle):
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.execvp("tandem-runtime", ["tandem-runtime", "chat", bundle, *OPTIONS])
        self.seen = ""

    def until(self, pattern):
        """What came up to the pattern, and what matched; both are then gone."""
        end = time.monotonic() + LIMIT
        while not (found := re.search(pattern, self.seen)):
            assert time.monotonic() < end, (pattern, self.seen)
            self.seen += os.read(self.terminal, 4096).decode().replace("\r\n", "\n")
        before, self.seen = self.seen[:found.start()], self.seen[found.end():]
        return before, found[0]

    def send(self, text):
        os.write(self.terminal, text.encode())


# Questions with long answers; what the terminal echoes is told from them by its line.
questions = sorted("abcdefghijklmnop", key=lambda question: -len(whole(question)))[:2]
first = whole(questions[0])
assert len(first) > 20, first

chat = Terminal(slow)
signal.alarm(2 * LIMIT)
chat.until("starts anew\n> ")
chat.send(questions[0] + "\n")
chat.until(re.escape(questions[0]) + "\n")
_, begun = chat.until(".{3}")
chat.send("\x03")
rest, _ = chat.until(r"\n\[\d+ of \d+ tokens prefilled")
shown = (begun + rest).replace("^C", "")  # which the terminal echoes
assert first.startswith(shown) and len(shown) < len(first), (shown, first)
print("Ctrl-C stops an answer")

chat.until("> ")
chat.send("/reset\n")
chat.until("> ")
chat.send(questions[1] + "\n")
chat.until(re.escape(questions[1]) + "\n")
answer, _ = chat.until(r"\n\[\d+ of \d+ tokens prefilled")
assert answer == whole(questions[1]), (answer, whole(questions[1]))
print("the next one is whole")

chat.until("> ")
chat.send("\x04")
_, status = os.waitpid(chat.process, 0)
print(f"Ctrl-D ends with {os.waitstatus_to_exitcode(status)}")

chat = Terminal(slow)
chat.until("> ")
chat.send("\x03")
_, status = os.waitpid(chat.process, 0)
print(f"Ctrl-C at the prompt ends with {os.waitstatus_to_exitcode(status)}")
