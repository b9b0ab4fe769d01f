"""What a hand mistypes on the command line: kind, command, and what has to be named."""

from __future__ import annotations

from collections.abc import Iterator

from tests.faults.table import NETWORK, STEP, Fault

TYPED = [
    *[("a device that is not there", ("train", STEP, "--seeds", "2", "--device", d), d)
      for d in ("tpu", "foo:9", "meta", "cuda:99", "", "cpu:x")],
    *[("a device that is not there", ("challenge", NETWORK, "--device", d), d) for d in ("tpu", "foo:9", "cuda:99")],
    *[("a number that is none of its kind", c, "") for c in (
        *(("challenge", NETWORK, *o.split()) for o in (
            "--seeds 0", "--seeds -1", "--seeds 101", "--images 0", "--images 55001", "--limit 0", "--limit -5")),
        *(("grade", "class", *o.split()) for o in (
            "--seeds 0", "--jobs 0", "--minutes 0", "--minutes nan", "--memory -1", "--images 0", "--images 70000",
            "--processes 0", "--limit 0")))],
    *[("a target that is none", ("grade", "class", "--target", t), "--target") for t in ("0", "100", "nan")],
    *[("a folder of submissions that is none", c, c[1]) for c in (
        ("grade", "nothing"), ("grade", ""), ("grade", "my_net.py"), ("grade", "/dev/null"), ("grade", "empty"))],
    *[("grades among the submissions", ("grade", "class", "--out", out), "--out") for out in ("class", "class/grades")],
    *[("a key that is no file", ("grade", "class", "--secret", k), k) for k in (
        ".", "/dev/null", "my_net.py", "my_net.py/key")],
    ("no epochs", ("grade", "class", "--epochs", "0"), "--epochs"),
    *[("a template where it can't be", ("challenge", f, "--template"), "") for f in (
        "my_net.py", "my_net.py:Net", "/dev/null", "/proc/net.py", "no_python", "", "my_net.py/net.py",
        "y" * 300 + ".py")],
    *[("the folder of tries is none", ("challenge", NETWORK, "--out", out), out[:40]) for out in (
        "my_net.py", "/dev/null", "/proc/tries", "z" * 300)],
    *[("a device that is not there", ("verify", "--device", d), d) for d in ("tpu", "foo:9", "meta", "cuda:99")],
    *[("a size that is none", ("rf", STEP, "--input", *s.split()), "") for s in (
        "0 0 0", "1 0 28", "-1 28 28", "1 -28 28", "1 28", "28", "1 2 3 4 5", "3 28 28", "1 1 1", "1 4 4")],
    *[("a size beyond all measure", ("rf", STEP, "--input", "1", *s.split()), "") for s in (
        "1000000000000 1000000000000", "99999999999999999999 28", "9223372036854775807 2")],
    *[("a mistyped step", c, near) for c, near in (
        (("train", "six-models/stplr"), STEP), (("train", "six-model"), "six-models"),
        (("rf", "six-models/stepl"), STEP),
        (("export", "six-models/setlr", "out.json"), STEP), (("retrace", "six-modles/steplr"), STEP),
        (("search", "champoin"), "champion"))],
    *[("a name far from all", c, "zzz") for c in (
        ("train", "zzz"), ("rf", "zzz"), ("export", "zzz", "out.json"), ("retrace", "zzz"), ("search", "zzz"))],
    *[("a mistyped command", (c,), near) for c, near in (
        ("lst", "list"), ("verfy", "verify"), ("trian", "train"), ("exprt", "export"), ("chalenge", "challenge"),
        ("grad", "grade"))],
    *[("an empty name", c, "") for c in (
        ("train", ""), ("rf", ""), ("rf", ":"), ("rf", "my_net.py:"), ("rf", ":Net"), ("export", "", "out.json"),
        ("export", STEP, ""), ("retrace", ""), ("search", ""), ("",), ("challenge", ""), ("challenge", ":Net"),
        ("grade", "class", "--out", ""))],
    *[("a negative seed", c, "-1") for c in (
        ("export", STEP, "out.json", "--seed", "-1"), ("retrace", STEP, "--seed", "-1"),
        ("train", STEP, "--seeds", "-1"))],
    *[("a seed beyond all measure", c, "9999") for c in (
        ("retrace", STEP, "--seed", "9" * 20), ("export", STEP, "out.json", "--seed", "9" * 20),
        ("train", STEP, "--seeds", "99999999999"))],
    *[("a seed that is not recorded", c, "7") for c in (("export", STEP, "out.json", "--seed", "7"),
                                                        ("retrace", STEP, "--seed", "7"))],
    *[("a number of processes that is none", c, "--jobs") for c in (
        ("train", STEP, "--jobs", "0"), ("train", STEP, "--jobs", "-3"), ("train", STEP, "--jobs", "100000"),
        ("verify", "--jobs", "0"), ("search", "champion", "--jobs", "0"))],
    *[("a word for a number", c, "x") for c in (("train", STEP, "--seeds", "x"), ("rf", STEP, "--input", "x"),
                                                ("retrace", STEP, "--seed", "x"))],
    *[("a file that is not there", c, "nothing") for c in (
        ("rf", "nothing.py:Net"), ("rf", "nothing.module:Net"),
        ("export", NETWORK, "out.json", "--weights", "nothing.pt"),
        ("export", "nothing.py:Net", "out.json"), ("challenge", "nothing.py:Net"), ("challenge", "nothing.ipynb"))],
    *[("an attribute that is not there", c, "Nte") for c in (
        ("rf", "my_net.py:Nte"), ("export", "my_net.py:Nte", "out.json"), ("challenge", "my_net.py:Nte"))],
    *[("an option that does not belong", c, "") for c in (
        ("export", STEP, "out.json", "--mean", "0"), ("export", NETWORK, "out.json", "--epochs"),
        ("export", NETWORK, "out.json", "--std", "0"), ("train",))],
    *[("a network file that " + what, command, f"bad_{n}" if n != 5 or "rf" not in command else "stops in Net")
      for n, what in enumerate(("has a syntax error", "raises when it is loaded", "leaves by sys.exit",
                                "raises when it is built", "builds no network", "raises when it is run",
                                "imports what is not there"))
      for command in (("rf", f"bad_{n}.py:Net", "--input", "1", "28", "28"), ("challenge", f"bad_{n}.py:Net"))],
]
BAD = ("def Net(:", "raise RuntimeError('no')", "import sys\nsys.exit(0)", "def Net():\n    raise OSError('no')",
       "def Net():\n    return 3",
       "import torch\nclass Net(torch.nn.Module):\n    def forward(self, x):\n        raise RuntimeError('no')",
       "import nothing_of_that_name")


def typed() -> Iterator[Fault]:
    """What a hand mistypes on the command line."""
    for kind, command, name in TYPED:
        yield Fault(kind, "command line", command, name)
