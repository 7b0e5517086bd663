"""Goals about lit tests."""
import re

from goal import share

NEGATIVE = re.compile(r"expected-(error|warning|note)|RUN:.*\bnot\b|--verify-diagnostics")


def goals(repository):
    files = repository.select(".mlir", ".test", under=("test",))
    negative = [name for name in files if NEGATIVE.search(repository.text(name))]
    yield share("lit files that test errors", len(negative), len(files), 20, [])
