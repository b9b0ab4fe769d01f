"""Three learning-rate schedules with their settings, and below the trainings that were recorded with one."""

ROOM = 190
STEPS = {"step": "six-models/steplr", "cycle": "three-modules/onecycle-corrected", "plateau": "same-padding/plateau"}


def data() -> dict:
    """For each kind its settings in the book, and the rates, losses and accuracies of the recorded trainings."""
    from mnist_lib.book.summaries import recorded
    from mnist_lib.experiments import experiment

    steps = {kind: experiment(name) for kind, name in STEPS.items()}
    step, cycle, plateau = steps.values()
    settings = {
        "step": {"rate": step.optimizer.learning_rate, "size": step.schedule.step_size, "gamma": step.schedule.gamma},
        "cycle": {"rate": cycle.schedule.max_lr, "up": 0.3, "per": cycle.schedule.per},
        "plateau": {"rate": plateau.optimizer.learning_rate, "factor": plateau.schedule.factor,
                    "patience": plateau.schedule.patience}}
    kinds = {kind: {
        "step": of.name, "project": of.path.replace("-", " "), "batches": of.steps_per_epoch,
        "settings": settings[kind],
        "runs": [{"seed": run.seed, "test": [e.test_correct for e in run.epochs],
                  "rates": [[short(e.learning_rate), short(e.last_learning_rate)] for e in run.epochs],
                  "losses": [round(e.test_loss, 6) for e in run.epochs]} for run in recorded(of)],
    } for kind, of in steps.items()}
    return {"first": "step", "epochs": max(of.epochs for of in steps.values()), **kinds}


def short(rate: float) -> float:
    """A rate with four digits, which no eye tells from the whole."""
    return float(f"{rate:.4g}")
