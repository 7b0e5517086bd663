"""Stops an answer and goes on with the conversation: chat_interrupted.py BUNDLE.

The pipe that takes the answer is full after three characters, so that the signal
always comes while the fourth is being written.
"""
import array
import fcntl
import os
import re
import signal
import subprocess
import sys
import termios
from pathlib import Path

bundle = sys.argv[1]
OPTIONS = ["-n", "60"]
BEGUN = 3


def rendered(*turns):
    messages = [f"<|begin|>{'ua'[i % 2]}:{text}<|end|>" for i, text in enumerate(turns)]
    return "".join(messages) + "<|begin|>a:"


def answer(*turns):
    """What `run` generates after a whole rendering."""
    return subprocess.run(["tandem-runtime", "run", bundle, "--prompt", rendered(*turns), *OPTIONS], check=True,
                          capture_output=True, text=True).stdout[:-1]


def bytes_in(pipe):
    count = array.array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, count)
    return count[0]


class Chat:
    def __init__(self):
        self.output, theirs = os.pipe()
        self.size = fcntl.fcntl(theirs, fcntl.F_SETPIPE_SZ, 1)  # a page
        os.write(theirs, bytes(self.size - BEGUN))
        self.process = subprocess.Popen(["tandem-runtime", "chat", bundle, *OPTIONS], stdin=subprocess.PIPE, stdout=theirs,
                                        stderr=subprocess.PIPE, text=True)
        os.close(theirs)

    def ask(self, question):
        self.process.stdin.write(question + "\n")
        self.process.stdin.flush()

    def is_stuck(self):
        """Whether the pipe is full and the program waits in write(1, ...)."""
        called = Path(f"/proc/{self.process.pid}/syscall").read_text().split()
        return bytes_in(self.output) == self.size and called[1:2] == ["0x1"]

    def is_pending(self, number):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"ShdPnd:\s*(\w+)", status)[1], 16) >> (number - 1) & 1

    def interrupt(self):
        while not self.is_stuck():
            assert self.process.poll() is None
        self.process.send_signal(signal.SIGINT)
        while self.is_pending(signal.SIGINT):
            assert self.process.poll() is None
        os.read(self.output, self.size - BEGUN)

    def take(self):
        """The answer, and how many tokens were prefilled, rendered and answered."""
        text = b""
        while not text.endswith(b"\n"):
            piece = os.read(self.output, 1)
            assert piece, self.process.stderr.read()
            text += piece
        line = self.process.stderr.readline()
        counts = re.match(r"\[(\d+) of (\d+) tokens prefilled, (\d+) answered", line)
        assert counts, line
        return text[:-1].decode(), *map(int, counts.groups())


signal.alarm(60)
first = max("abcdefghijklmnop", key=lambda question: len(answer(question)))
whole = answer(first)
chat = Chat()
chat.ask(first)
chat.interrupt()
stopped, _, rendered_before, answered = chat.take()
assert whole.startswith(stopped) and BEGUN < len(stopped) < len(whole) - 3, (stopped, whole)
assert answered == len(stopped)  # a token a character
print("an answer is stopped, and no character of it lost")

chat.ask("And?")
second, prefilled, rendered_now, _ = chat.take()
assert second == answer(first, stopped, "And?"), (second, answer(first, stopped, "And?"))
print("the next one is that of a whole rendering")
# The token chosen last had not been run when the answer ended.
assert rendered_now - prefilled == rendered_before + answered - 1, (rendered_now, prefilled, rendered_before, answered)
print("only what is new is prefilled")

chat.process.stdin.close()
print(f"ends with {chat.process.wait()}")
