"""Make ``.venv`` hold exactly what ``requirements.txt`` and ``pyproject.toml`` ask for.

Everything is installed at the versions and with the hashes of ``requirements.lock``, but for torch and
torchvision: which of their builds is right depends on the machine (``PIP_EXTRA_INDEX_URL``), so they are
installed at the versions of ``requirements.txt``, without a hash, when all they need but CUDA is there.

    python3 tools/environment.py [FOLDER]        # the Makefile calls it before every target

Standard library only, and plain enough for an old Python to get as far as saying that it is
too old. When nothing changed since the last call it returns at once: the stamp in the
environment holds a hash of these files and the Python version.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys

NEEDED = (3, 10)
TORCH = re.compile("torch(vision)?==")
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def say(line):
    """Print a line at once, so that it stands before what a called program prints."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def problem(version=sys.version_info, executable=sys.executable):
    """Why this Python cannot make the environment, in one line, or None if it can."""
    found = "%d.%d" % tuple(version[:2])
    if tuple(version[:2]) < NEEDED:
        return (
            "Python %d.%d or newer is needed, and %s is %s: install a newer one, then "
            "make PYTHON=python3.12 (or its full path)" % (NEEDED + (executable, found))
        )
    try:
        import ensurepip  # noqa: F401  (Debian leaves it out of python3)
        import venv  # noqa: F401
    except ImportError:
        return (
            "%s has no venv module: install it (Debian and Ubuntu: "
            "apt install python%s-venv), then run make again" % (executable, found)
        )
    return None


def fingerprint(root, version=sys.version_info):
    """A hash that changes when the environment has to be installed again."""
    digest = hashlib.sha256(("python %d.%d" % tuple(version[:2])).encode())
    for name in ("requirements.txt", "requirements.lock", "pyproject.toml"):
        with open(os.path.join(root, name), "rb") as file:
            digest.update(name.encode() + b"\0" + file.read())
    digest.update(os.path.abspath(root).encode())  # the editable install names this folder
    return digest.hexdigest()


def pins(root, name):
    """What a requirements file pins, as ``name==version``."""
    with open(os.path.join(root, name)) as file:
        return re.findall(r"^([\w.-]+==[\w.]+)", file.read(), re.MULTILINE)


def unlocked(root):
    """What requirements.txt pins and requirements.lock lacks."""
    locked = set(pins(root, "requirements.lock"))
    return [pin for pin in pins(root, "requirements.txt") if pin not in locked and not TORCH.match(pin)]


def is_usable(folder, version=sys.version_info):
    """Whether `folder` is a virtual environment of this Python version that still starts."""
    python = os.path.join(folder, "bin", "python")
    ask = "import pip, sys; print('%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.run([python, "-c", ask], stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL, check=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    return answer.stdout.decode().strip() == "%d.%d" % tuple(version[:2])


def ensure(root):
    """Create or update ``root/.venv``; returns False when it was up to date already."""
    folder = os.path.join(root, ".venv")
    stamp = os.path.join(folder, "installed")
    wanted = fingerprint(root)
    try:
        with open(stamp) as file:
            if file.read() == wanted:
                return False
    except OSError:
        pass
    if os.path.exists(stamp):
        os.remove(stamp)  # an install that breaks off must not look finished
    if not is_usable(folder):
        shutil.rmtree(folder, ignore_errors=True)
        say("Creating .venv with Python %s" % sys.version.split()[0])
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    say("Installing requirements.lock into .venv (minutes the first time)")
    pip = [os.path.join(folder, "bin", "python"), "-m", "pip", "install", "--disable-pip-version-check"]
    torch = [pin for pin in pins(root, "requirements.txt") if TORCH.match(pin)]
    for what in (["--require-hashes", "--no-deps", "-r", "requirements.lock"], torch,
                 ["--no-deps", "--no-build-isolation", "-e", "."]):
        subprocess.run(pip + what, cwd=root, check=True)
    with open(stamp, "w") as file:
        file.write(wanted)
    return True


def main(root):
    """Returns the exit status; whatever goes wrong is said in one line."""
    why = problem()
    if not why and unlocked(root):
        why = "requirements.lock lacks %s of requirements.txt: run make lock" % ", ".join(unlocked(root))
    if why:
        sys.stderr.write(why + "\n")
        return 1
    try:
        ensure(root)
    except subprocess.CalledProcessError as error:
        sys.stderr.write("Setting up .venv failed (see above): %s\n" % " ".join(error.cmd))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ROOT))
