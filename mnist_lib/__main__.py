"""The command line: ``python -m mnist_lib COMMAND``; one file a command in ``commands/``."""

from __future__ import annotations

import argparse
import os
import sys

from . import MissingExtra, commands


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m mnist_lib", description="Small networks for MNIST: "
                                     "train and verify the book's steps, compute receptive fields.")
    parsers = parser.add_subparsers(dest="command", required=True)
    for name in commands.COMMANDS:
        command = getattr(commands, name)
        own = parsers.add_parser(name, help=command.__doc__.splitlines()[0].partition(": ")[2].rstrip("."))
        command.add_arguments(own)
        own.set_defaults(run=command.run)

    options = parser.parse_args(arguments)
    try:
        return options.run(options)
    except KeyboardInterrupt as stopped:
        print(stopped if str(stopped) else "stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of a pipe, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (KeyError, ValueError, OSError, ArithmeticError, MissingExtra) as error:
        message = error.args[0] if isinstance(error, KeyError) and error.args else error
        print(f"{parser.prog} {options.command}: {message}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
