"""The command line: ``python -m mnist_lib COMMAND``; one file a command in ``commands/``."""

from __future__ import annotations

import argparse
import difflib
import os
import sys
import warnings

from . import MissingExtra, commands


def receptive_field() -> int:
    """The script ``receptive-field``: the command ``rf`` by a name of its own."""
    return main(["rf", *sys.argv[1:]], "receptive-field")


def main(arguments: list[str] | None = None, shown: str | None = None) -> int:
    """Run one command; returns the exit status. ``shown`` is what it is called in messages."""
    parser = argparse.ArgumentParser(prog="python -m mnist_lib", description="Small networks for MNIST: "
                                     "train and verify the book's steps, compute receptive fields.")
    parsers = parser.add_subparsers(dest="command", required=True)
    for name in commands.COMMANDS:
        command = commands.command(name)
        own = parsers.add_parser(name, prog=shown, help=commands.help_of(name))
        command.add_arguments(own)
        own.set_defaults(run=command.run)

    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments and not arguments[0].startswith("-") and arguments[0] not in commands.COMMANDS:
        parser.error(_no_command(arguments[0]))
    options = parser.parse_args(arguments)
    called = shown or f"{parser.prog} {options.command}"
    try:
        with warnings.catch_warnings():
            warnings.showwarning = lambda message, *_, **__: print(f"note: {message}", file=sys.stderr, flush=True)
            status = options.run(options)
        sys.stdout.flush()  # a full disk behind a redirection is told here
        return status
    except KeyboardInterrupt as stopped:
        print(stopped if str(stopped) else "stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of a pipe, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (KeyError, ValueError, OSError, ArithmeticError, MissingExtra) as error:
        message = error.args[0] if isinstance(error, KeyError) and error.args else error
        print(f"{called}: {message}", file=sys.stderr)
        _forget_output()
        return 2
    except (MemoryError, OverflowError, RecursionError) as error:
        print(f"{called}: this is too large for the machine ({type(error).__name__}: {error}); "
              "ask for less", file=sys.stderr)
        return 2


def _no_command(name: str) -> str:
    near = difflib.get_close_matches(name, commands.COMMANDS, n=1)
    return f"no command is called {name!r}; " + (f"did you mean {near[0]}?" if near else
                                                "there are: " + ", ".join(commands.COMMANDS))


def _forget_output() -> None:
    """Let Python end without complaint where standard output can take no more."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
