"""The factorial: switch five ideas on and off, and see where trainings of the combination end, or would end."""

from itertools import product

ROOM = 150


def data() -> dict:
    """The ideas with their effects, and all 32 combinations: trained ones with their endings, the others predicted.

    A combination is [on, trained, endings, low, mean, high]: ``on`` has a bit for each idea, the first is the lowest;
    low to high is where one more training would end (95 %). Endings leave out what did not learn. An idea is [name,
    what it multiplies the errors by, the 95 % interval of that, verdict].
    """
    from mnist_lib.studies.factorial import analysis

    return described(analysis.gather())


def described(evidence) -> dict:
    """The same of any evidence, as the analysis has it."""
    from mnist_lib.experiments import CELLS, FACTORS
    from mnist_lib.studies.factorial import analysis

    ideas = [[e.of, round(e.gain.factor, 3), [round(v, 3) for v in e.gain.factors()], e.verdict]
             for e in analysis.family(analysis.MAIN, evidence)]  # fmt: skip
    combinations = []
    for on in product((False, True), repeat=len(FACTORS)):
        endings = [round(e.accuracy, 2) for e in evidence.endings(on)]
        place = [round(v, 5) for v in analysis.one_more(evidence, on)]
        combinations.append([sum(1 << i for i, is_on in enumerate(on) if is_on), on in CELLS, endings, *place])
    failed = [[sum(1 << i for i, is_on in enumerate(on) if is_on), e.accuracy] for on, e in evidence.failed]
    return {"ideas": ideas, "combinations": sorted(combinations), "failed": failed, "now": 1, "before": 0,
            "seeds": analysis.MOST}
