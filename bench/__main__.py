"""Run every benchmark, or those named: `python -m bench [sending imports segments pixels customer_file matching polling letters]`."""

from __future__ import annotations

import importlib
import sys

ALL = ("sending", "imports", "segments", "pixels", "customer_file", "matching", "polling", "letters")


def main(wanted: list[str]) -> int:
    """Print the figures of each benchmark; 1 when a name is unknown."""
    unknown = [name for name in wanted if name not in ALL]
    if unknown:
        print(f"There is no benchmark called {', '.join(unknown)}; there are {', '.join(ALL)}.", file=sys.stderr)
        return 1
    for name in wanted or ALL:
        print(f"\n{name}", flush=True)
        for figure in importlib.import_module(f"bench.{name}").run():
            print(f"  {figure}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
