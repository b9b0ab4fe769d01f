"""What each idea is worth: a row for each pair of steps that differ in it alone, with both intervals."""

from .leaderboard import page_of

ROOM = 110


def data() -> dict:
    """A row a pair: [idea, before, after, points, seeds low, high, images low, high, verdict, source's, page]."""
    from mnist_lib.studies.ideas import analysis as ideas

    rows = []
    for e in ideas.by_idea(ideas.alone()):
        seeds, images = e.gain.interval(), e.gain.interval(images=True)
        points = (round(v, 3) for v in (e.points, seeds.low, seeds.high, images.low, images.high))
        theirs = None if e.theirs is None else round(e.theirs, 2)
        rows.append([e.idea, e.before, e.after, *points, e.gain.verdict, theirs, page_of(e.after)])
    return {"ideas": list(dict.fromkeys(row[0] for row in rows)), "rows": rows}
