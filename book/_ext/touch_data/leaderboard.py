"""Every step of the five paths: parameters against the accuracy after the last epoch, with the seeds' range."""

ROOM = 170


def page_of(step: str) -> str | None:
    """The page that tells a step, from the top of the book."""
    from mnist_lib.book import links

    page = links.page_of(step)
    return page and f"{page}.html"


def data() -> dict:
    """A row a step: [name, parameters, mean, lowest, highest, seeds, how many hold N = 1, N = 5, field, its page]."""
    from mnist_lib.book import leaderboard
    from mnist_lib.experiments import PATHS

    return {"paths": list(PATHS), "steps": [
        [e.step, e.ours.parameters, round(e.ours.final.mean, 3), e.ours.final.low, e.ours.final.high,
         len(e.ours.seeds), e.ours.holds[1], e.ours.holds[5], e.field, page_of(e.step)] for e in leaderboard.entries()]}
