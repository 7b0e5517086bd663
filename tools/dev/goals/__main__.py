"""Count what the house style asks for (docs/style.md) and fail below its goals.

    python3 tools/dev/goals [-v]

Prints a line for each goal with its number, with -v also what falls short of
it, and a closing "N passed, N failed, N skipped".
"""
import sys

import names
import ods
import sources
import tests
from goal import Repository


def main():
    repository = Repository()
    goals = [*sources.goals(repository), *names.goals(repository), *ods.goals(repository), *tests.goals(repository)]
    verbose = "-v" in sys.argv[1:]
    failed = 0
    for goal in goals:
        failed += not goal.met
        print(f"{'pass' if goal.met else 'FAIL'}  {goal.text}")
        if not goal.met or verbose:
            shown = goal.short if verbose else goal.short[:20]
            print("".join(f"      {line}\n" for line in shown), end="")
            if len(shown) < len(goal.short):
                print(f"      and {len(goal.short) - len(shown)} more (tools/dev/goals -v)")
    print(f"{len(goals) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


sys.exit(main())
