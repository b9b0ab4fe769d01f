"""``python -m benchmarks [ladder | gpu] [options]``: one benchmark, or one after the other."""

import sys

from . import gpu, ladder

BENCHMARKS = {"ladder": ladder.main, "gpu": gpu.main}


def main(arguments: list[str]) -> int:
    """Run the benchmark named first, with the options after it; without a name, all without options."""
    if not arguments:
        return max(run([]) or 0 for run in BENCHMARKS.values())
    if arguments[0] not in BENCHMARKS:
        print(f"no benchmark is called {arguments[0]!r}; there are: {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    return BENCHMARKS[arguments[0]](arguments[1:]) or 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
