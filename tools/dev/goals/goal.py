"""A goal with its number, and the files that goals are counted over."""
import dataclasses
import subprocess
from pathlib import Path

LAYERS = ("dialects", "passes", "targets", "tools")
CODE = (".h", ".cpp", ".c", ".td")


@dataclasses.dataclass
class Goal:
    """`short` lists what falls short; `text` holds the number."""

    text: str
    met: bool
    short: list


def none_of(what, short):
    """The goal that nothing is `what`."""
    return Goal(f"{what}: {len(short)}", not short, short)


def share(what, good, everything, least, short):
    """The goal that at least `least` per cent of `everything` are good."""
    percent = 100 * good / everything if everything else 100
    return Goal(f"{what}: {percent:.0f} % of {everything} (goal {least} %)", percent >= least, short)


class Repository:
    """The files git knows, or would after `git add`."""

    def __init__(self):
        self.root = Path(__file__).resolve().parents[3]
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=self.root, capture_output=True, text=True, check=True).stdout
        self.files = sorted(name for name in listed.split("\0") if name and (self.root / name).is_file())
        self._texts = {}

    def text(self, name):
        if name not in self._texts:
            self._texts[name] = (self.root / name).read_text(errors="replace")
        return self._texts[name]

    def lines(self, name):
        return self.text(name).splitlines()

    def select(self, *endings, under=LAYERS + ("test",)):
        """Files with one of the endings below one of the folders."""
        return [name for name in self.files if name.endswith(endings) and name.startswith(tuple(f"{top}/" for top in under))]
