"""``python -m mnist_lib grade``: run and judge a folder of submissions, each shut in.

The same command goes on where it was stopped; ``--again`` begins anew. ``tools/grading/Dockerfile`` runs it
in a container.
"""

from __future__ import annotations

from pathlib import Path


def add_arguments(parser) -> None:
    """Declare the command's arguments on an ``argparse`` parser."""
    parser.add_argument("submissions", metavar="FOLDER", help="a file, or a folder, for each student")
    parser.add_argument("--out", default="grades", metavar="FOLDER", help="grades.csv and the pages (default grades)")
    parser.add_argument("--seeds", type=int, default=3, metavar="N", help="trainings of each (default 3)")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="side by side (default 1)")
    parser.add_argument("--secret", metavar="FILE", help="the key of split and seeds (default OUT/secret.key)")
    parser.add_argument("--minutes", type=float, default=60, metavar="N", help="for one training (default 60)")
    parser.add_argument("--memory", type=float, default=4, metavar="GB", help="for one training (default 4)")
    parser.add_argument("--processes", type=int, default=32, metavar="N", help="with their threads (default 32)")
    parser.add_argument("--limit", type=int, default=8_000, metavar="N", help="parameters (default 8000)")
    parser.add_argument("--epochs", type=int, default=15, metavar="N", help="epochs allowed (default 15)")
    parser.add_argument("--target", type=float, default=99.4, metavar="PERCENT", help="to be held (default 99.4)")
    parser.add_argument("--network", default="", metavar="NAME", help="what it is called in every submission")
    parser.add_argument("--images", type=int, metavar="N", help="train on N images, for a rehearsal")
    parser.add_argument("--trust", action="store_true", help="run submissions without walls, with all your rights")
    parser.add_argument("--again", action="store_true", help="forget the grades that are there")


def run(options) -> int:
    """Grade what has no grade yet and write the pages; returns 0, whatever the submissions do."""
    from .. import classroom
    from ..reading import line
    from ..training import records

    grading, own = classroom.grading, classroom.challenge
    numbers = (options.seeds, options.jobs, options.minutes, options.memory, options.images)
    if any(number is not None and not number > 0 for number in numbers):
        raise ValueError("--seeds, --jobs, --minutes, --memory and --images must be above 0")
    if not options.submissions or not options.out:
        raise ValueError("name the folder of the submissions, and with --out one for the grades")
    source, out = Path(options.submissions), Path(options.out)
    submissions = grading.submissions_in(source)
    classroom.apart(source, out)
    key = Path(options.secret) if options.secret else out / "secret.key"
    split = own.Split(grading.secret_key(key), **({"images": options.images} if options.images else {}))
    rules = grading.Rules(split, options.seeds, own.Terms(options.limit, options.epochs, options.target),
                          grading.Limits(round(60 * options.minutes), round(options.memory * 2**30), options.processes),
                          options.trust, options.network)
    if options.trust:
        print("WITHOUT WALLS: each submission runs with your rights. It can read and delete your files, use the "
              "network, and change the grades of others.", flush=True)
    else:
        grading.walls_up()
    results = out / "results"
    if options.again:
        grading.forget(results)
    hidden = [str(place) for place in (source, out, key.parent, records.root())]
    names, pages = {s.slug: s.student for s in submissions}, classroom.Pages(submissions, rules, out)
    print(f"{classroom.rehearsal(split)}{len(submissions)} submissions, up to {rules.seeds} trainings each; "
          f"split {split.fingerprint}", flush=True)
    for grade in grading.grade_all(submissions, rules, results, options.jobs, hidden):
        pages.add(grade)
        print(f"{line(names[grade.slug], 40)}, training {grade.seed + 1}: {grade.status}"
              f"{': ' + line(grade.told, 200) if grade.told else ''}", flush=True)
    written = pages.finish()
    print(f"{written} submissions: {out / 'class.html'}, {out / 'grades.csv'}. "
          f"The key of the split is in {key}: keep it.")
    return 0

