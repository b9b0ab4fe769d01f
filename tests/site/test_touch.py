"""Figures that answer back, in one page of a browser: their numbers against the library's, pointer, keyboard, touch,
reduced motion, dark, phone, no JavaScript, and axe. The functions below take the page as those before left it."""

from __future__ import annotations

import copy
import itertools
import json
import random
import re
from functools import partial

import pytest
import torch
from torch import nn
from torch.optim import lr_scheduler

from mnist_lib.book import leaderboard, summaries
from mnist_lib.data import RandomAffine, mnist
from mnist_lib.experiments import CELLS, FACTORS
from mnist_lib.networks import Architecture, count_parameters
from mnist_lib.rf import avg_pool, conv, max_pool, receptive_field
from mnist_lib.studies.clothes import analysis as fashion
from mnist_lib.studies.factorial import analysis as factorial
from mnist_lib.studies.ideas import analysis as ideas
from mnist_lib.studies.little import analysis as little
from mnist_lib.studies.little import bits_plan as widths
from mnist_lib.studies.little import bits_quantize as quantize
from mnist_lib.studies.little import pages as little_pages
from mnist_lib.studies.shifts import analysis as travel
from mnist_lib.studies.shifts.transforms import SHIFTS, shifted
from mnist_lib.training import records, trained

from .test_pages import LOOKING
from .touch_page import FIGURES, alive, open_page, write_site
from .visits import flaws, visit

pytestmark = pytest.mark.xdist_group("figures")


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The page with all figures, built once."""
    return write_site(tmp_path_factory.mktemp("figures")).as_uri()


@pytest.fixture(scope="module")
def opened(browser, address):
    """The page, open on a desktop; a fault in its scripts fails the last test that has it."""
    with visit(browser) as page:
        open_page(page, address)
        yield page


def told(page, anchor: str) -> str:
    return page.inner_text(f"#touch-{anchor} .touch-told")


def data_of(page, anchor: str):
    return json.loads(page.inner_text(f"#touch-{anchor} .touch-data"))


def placed(page, anchor: str) -> dict:
    """Where the stage of a figure is, scrolled into view."""
    stage = page.locator(f"#touch-{anchor} .touch-stage")
    stage.scroll_into_view_if_needed()
    return stage.bounding_box()


def ask(page, call: str, *values):
    """The value of a function of the figures, bookParts.touch.`call`, for these arguments."""
    return page.evaluate(f"(values) => bookParts.touch.{call}(...values)", list(values))


# Numbers --------------------------------------------------------------------------------------


def rates(schedule, optimizer, count: int, losses=None) -> list[float]:
    """What torch's own schedule gives for so many steps of it."""
    found = []
    optimizer.step()
    for i in range(count):
        found.append(optimizer.param_groups[0]["lr"])
        if losses is not None:
            schedule.step(losses[i])
        elif i < count - 1:
            schedule.step()
    return found


def close(found, expected, tolerance: float = 1e-6) -> bool:
    return len(found) == len(expected) and all(abs(a - b) <= tolerance for a, b in zip(found, expected, strict=True))


def schedules():
    """(what the figure computes, its settings, torch's own schedule, how many steps, their losses)."""
    for rate, size, gamma in itertools.product((0.001, 0.03, 1.0), (1, 4, 6, 15), (0.05, 0.5, 1.0)):
        yield "stepRates", {"rate": rate, "size": size, "gamma": gamma}, partial(
            lr_scheduler.StepLR, step_size=size, gamma=gamma), 15, None
    for rate, up, total in itertools.product((0.01, 0.1, 1.0), (0.1, 0.3, 0.9), (15, 20, 469 * 2)):
        yield "cycleRates", {"rate": rate, "up": up}, partial(
            lr_scheduler.OneCycleLR, max_lr=rate, total_steps=total, pct_start=up), total, None
    draw = random.Random(0)
    for rate, factor, patience in itertools.product((0.01, 0.5), (0.05, 0.5, 0.95), (0, 1, 4)):
        losses = [draw.uniform(0.02, 0.05) for _ in range(20)] + [0.01] * 5  # the last ones do not fall
        yield "plateauRates", {"rate": rate, "factor": factor, "patience": patience}, partial(
            lr_scheduler.ReduceLROnPlateau, factor=factor, patience=patience), 25, losses


def test_schedules_are_those_of_torch(opened):
    for call, settings, schedule, count, losses in schedules():
        optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], settings["rate"], momentum=0.9)
        expected = rates(schedule(optimizer), optimizer, count, losses)
        assert close(ask(opened, f"schedules.{call}", settings, losses or count), expected), settings


def test_the_recorded_rates_are_those_that_the_figure_draws(opened):
    data = data_of(opened, "schedules")
    for run in data["step"]["runs"]:
        assert close(
            [first for first, _ in run["rates"]], ask(opened, "schedules.stepRates", data["step"]["settings"], 15), 1e-5
        )
    for run in data["plateau"]["runs"]:
        drawn = ask(opened, "schedules.plateauRates", data["plateau"]["settings"], run["losses"])
        assert close([first for first, _ in run["rates"]], drawn, 1e-5), run["seed"]
    assert ask(opened, "schedules.unrest", data["step"]["runs"]) == pytest.approx(
        summaries.jump("six-models/steplr"), abs=1e-9
    )


def test_an_average_follows_a_noisy_weight_as_torch_s_does(opened):
    noise = torch.randn(60, generator=torch.Generator().manual_seed(0), dtype=torch.float64).tolist()
    for rate, memory in ((0.2, 50), (0.5, 1), (0.02, 200)):
        layer = nn.Linear(1, 1, bias=False, dtype=torch.float64)
        nn.init.constant_(layer.weight, 3.0)
        follower, optimizer = copy.deepcopy(layer), torch.optim.SGD(layer.parameters(), rate)
        weights, averages = [], []
        for n in noise:
            optimizer.zero_grad()
            (layer.weight.square().sum() / 2 + n * layer.weight.sum()).backward()
            optimizer.step()
            follower.weight.data.lerp_(layer.weight.data, 1 / memory)
            weights.append(layer.weight.item())
            averages.append(follower.weight.item())
        found = ask(opened, "averaging.walked", noise, 3.0, rate, memory)
        assert close(found["weights"], weights) and close(found["averages"], averages)


def test_batch_normalization_dropout_and_heads_count_as_the_library_does(opened):
    values = torch.randn(50, generator=torch.Generator().manual_seed(0), dtype=torch.float64) * 3 - 1
    for scale, shift in ((1, 0), (0.3, -2), (0, 1.5)):
        expected = nn.functional.batch_norm(
            values[:, None],
            None,
            None,
            torch.tensor([scale], dtype=torch.float64),
            torch.tensor([shift], dtype=torch.float64),
            training=True,
        )[:, 0]
        assert close(ask(opened, "batchnorm.normalized", values.tolist(), scale, shift), expected.tolist())
    for p in (0.1, 0.5, 0.9):
        torch.manual_seed(0)
        out = nn.functional.dropout(values, p)
        assert close(ask(opened, "dropout.dropped", values.tolist(), (out != 0).int().tolist(), p), out.tolist())
        many = nn.functional.dropout(values.abs().expand(40_000, -1), p).sum(1)
        expected = ask(opened, "dropout.expected", values.abs().tolist(), p)
        assert expected["mean"] == pytest.approx(many.mean().item(), rel=0.02)
        assert expected["deviation"] == pytest.approx(many.std().item(), rel=0.05)
    for side, channels in ((1, 16), (7, 16), (4, 30)):
        heads = {"dense": (conv(10, side, bias=True),), "averaged": (avg_pool(side), conv(10, 1, bias=True))}
        counted = {
            name: count_parameters(
                Architecture(name, unit="conv", input_size=(channels, side, side), blocks={"head": head})
            )
            for name, head in heads.items()
        }
        assert ask(opened, "pooling.dense", side, channels, 10) == counted["dense"]
        assert ask(opened, "pooling.dense", 1, channels, 10) == counted["averaged"]


def test_one_number_from_eight_maps_is_torch_s(opened):
    """Every number of every map that comes out; what is told at a place; and a tap on a map moves the window."""
    data = data_of(opened, "channels")
    side = data["side"]
    maps = torch.tensor(data["maps"], dtype=torch.float64).view(1, -1, side, side)
    kernels = torch.tensor(data["kernels"], dtype=torch.float64).view(-1, maps.shape[1], 3, 3)
    expected = nn.functional.conv2d(maps, kernels)[0]
    for out, of in enumerate(data["kernels"]):
        assert close(ask(opened, "channels.whole", data["maps"], side, of), expected[out].flatten().tolist())
    out, _, row, column = opened.locator("#touch-channels input[type=range]").all()
    for slider, value in ((out, "6"), (row, "4"), (column, "9")):
        slider.fill(value)
    assert f"Map 6, row 4, column 9: the eight sums add up to {expected[5, 3, 8]:.2f}".replace("-", "−") in told(
        opened, "channels")
    place = placed(opened, "channels")
    opened.mouse.click(place["x"] + 6 * 5.5, place["y"] + 20 + 6 * 3.5)  # of the first map that goes in
    assert told(opened, "channels").startswith("Map 6, row 3, column 5:") and "In map 1 " in told(opened, "channels")


def test_a_walk_into_the_valley_is_sgd_s(opened):
    for rate, momentum in ((0.015, 0.0), (0.015, 0.9), (0.06, 0.5)):
        w = nn.Parameter(torch.tensor([10.0, 1.0], dtype=torch.float64))
        optimizer, places = torch.optim.SGD([w], rate, momentum=momentum), [w.tolist()]
        for _ in range(60):
            optimizer.zero_grad()
            (0.5 * (w[0] ** 2 + 50 * w[1] ** 2)).backward()
            optimizer.step()
            places.append(w.tolist())
        found = ask(opened, "valley.walk", rate, momentum, 60)
        assert all(close(one, other) for one, other in zip(found, places, strict=True))


def test_a_changed_digit_is_the_library_s_pixel_by_pixel(opened):
    """And the network reads in it what torch reads."""
    draw, images = random.Random(1), mnist("test").images[:40].float() / 255
    cases = [
        {
            "turn": draw.uniform(-180, 180),
            "across": draw.randint(-10, 10),
            "down": draw.randint(-10, 10),
            "scale": draw.choice([1, draw.uniform(0.5, 1.5)]),
            "fill": draw.choice([0, 1, 0.35]),
        }
        for _ in range(40)
    ]
    cases[:3] = [{"turn": turn, "across": 0, "down": 0, "scale": 1, "fill": 0} for turn in (0, 90, 180)]
    wrong = 0
    for image, case in zip(images, cases, strict=True):
        expected = RandomAffine(0, fill=case["fill"]).apply(
            image[None],
            {
                "angle": torch.tensor([case["turn"]], dtype=torch.float32),
                "scale": torch.tensor([case["scale"]], dtype=torch.float32),
                "translate": torch.tensor([[case["across"], case["down"]]], dtype=torch.float32),
                "shear": torch.zeros(1, 2),
            },
        )
        found = opened.evaluate(
            "([ink, how]) => Array.from(bookParts.touch.augmentation.changed(Float32Array.from(ink), how))",
            [image.flatten().tolist(), case],
        )
        wrong += sum(abs(a - b) > 1e-6 for a, b in zip(found, expected.flatten().tolist(), strict=True))
    assert wrong == 0


def test_the_network_reads_what_torch_reads(opened):
    opened.locator("#touch-augmentation").scroll_into_view_if_needed()
    opened.wait_for_function("document.getElementById('touch-augmentation').dataset.reads")
    data = data_of(opened, "augmentation")
    best = max(range(10), key=data["chances"].__getitem__)
    assert f"it reads a {best} (" in told(opened, "augmentation")
    network = trained(next(run for run in summaries.recorded("six-models/steplr") if run.seed == 0))
    image = mnist("test").images[data["digits"]["index"][7]][None].float() / 255
    opened.select_option("#touch-augmentation select", "7")
    opened.click("#touch-augmentation button:has-text('Undo all')")
    for turn in (0, 90, 180):
        opened.locator("#touch-augmentation input[type=range]").first.fill(str(turn))
        changed = RandomAffine(0).apply(
            image,
            {
                "angle": torch.tensor([float(turn)]),
                "scale": torch.ones(1),
                "translate": torch.zeros(1, 2),
                "shear": torch.zeros(1, 2),
            },
        )
        with torch.no_grad():
            best = network((changed - 0.1307) / 0.3081).argmax().item()
        opened.wait_for_function(f"document.getElementById('touch-augmentation').dataset.reads === '{best}'")


def test_the_board_and_the_ideas_are_the_library_s(opened):
    board = leaderboard.entries()
    steps = [{"step": e.step, "parameters": e.ours.parameters, "mean": e.ours.final.mean} for e in board]
    assert [one["step"] for one in ask(opened, "leaderboard.front", steps)] == [
        e.step for e in leaderboard.front(board)
    ]
    rows = data_of(opened, "ideas")["rows"]
    effects = ideas.by_idea(ideas.alone())
    assert [(row[1], row[2], row[8]) for row in rows] == [(e.before, e.after, e.gain.verdict) for e in effects]
    assert close([row[3] for row in rows], [e.points for e in effects], 5.1e-4)
    runs = summaries.recorded("six-models/augmentation")
    drawn = [{"test": [e.test_correct for e in run.epochs]} for run in runs]
    found = ask(opened, "luck.outcome", drawn[:2], drawn)
    assert found["published"] == max(max(r.test_accuracies) for r in runs[:2]) * 100
    assert found["mean"] / 100 == pytest.approx(summaries.summary("six-models/augmentation").final.mean)


def test_ideas_on_digits_and_on_clothes_are_told_as_the_library_has_them(opened):
    rows, effects = data_of(opened, "fashion")["rows"], fashion.pairs(fashion.gather())
    assert [(row[0], row[11]) for row in rows] == [(e.of.idea, e.kept) for e in effects]
    assert close([row[3] for row in rows], [e.mnist.points for e in effects], 5.1e-4)
    for row, e in zip(rows, effects, strict=True):
        sides = [dict(zip(("points", "low", "factor", "high"), values)) for values in (row[3:7], row[7:11])]
        said = ask(opened, "fashion.sentence", {"idea": row[0], "name": row[1], "kept": row[11],
                                                "mnist": sides[0], "clothes": sides[1]})
        assert said.startswith(f"{row[0]}, {row[1]}. Digits: errors × {row[5]:.2f}")
        assert said.endswith(f"So the effect: {e.kept}.")
        assert ("Clothes: not trained yet" in said) == (e.clothes is None)


def test_each_combination_is_told_as_the_library_counts_it(opened):
    """With made-up trainings, so that it holds before any is recorded: all 32, each reached by all five switches."""
    from touch_data import factorial as figure

    draw = random.Random(2)
    evidence = factorial.Evidence({on: [factorial.Ending(seed, round(draw.uniform(98.8, 99.4), 2)) for seed in range(3)]
                                   + [factorial.Ending(3, 11.35)] * (sum(on) == 0) for on in CELLS})
    data = json.loads(json.dumps(figure.described(evidence)))
    ideas_of = [dict(zip(("name", "factor", "span", "verdict"), one)) for one in data["ideas"]]
    combinations = [dict(zip(("on", "trained", "endings", "low", "mean", "high"), one)) for one in data["combinations"]]
    for bits, idea in itertools.product(range(32), range(5)):
        on, other = (tuple(bool(which >> i & 1) for i in range(5)) for which in (bits, bits ^ 1 << idea))
        before, now = combinations[bits ^ 1 << idea], combinations[bits]
        said = ask(opened, "factorial.sentence", before, now, ideas_of, 6, data["failed"])
        means = [evidence.contrast(factorial.predicted(one), logs=False).points for one in (other, on)]
        low, mean, high = factorial.one_more(evidence, on)
        if on in CELLS:
            assert f"; trained: 3 of 6 seeds, mean {mean:.2f} %." in said
            assert ("1 more did not learn" in said) == (bits == 0)
        else:
            low, mean, high = (float(found) for found in re.search(
                r"would end at ([\d.]+) to ([\d.]+) %, mean ([\d.]+) %", said).group(1, 3, 2))
            assert close((low, mean, high), factorial.one_more(evidence, on), 0.0051)
        here = float(re.search(r"here: ([+−][\d.]+) points", said)[1].replace("−", "-"))
        assert here == pytest.approx(means[1] - means[0], abs=0.0065)
        effect = evidence.contrast(factorial.effect(idea))
        of = re.search(rf"{FACTORS[idea].idea} multiplies the errors by ([\d.]+) \(([\d.]+) to ([\d.]+)\)", said)
        assert close([*map(float, of.groups())], (effect.factor, *effect.factors()), 0.0056)
        assert all(f"{factor.idea}" in said.partition(";")[0] for factor, is_on in zip(FACTORS, on) if is_on)


def test_the_factorial_s_switches_move_from_combination_to_combination(opened):
    data = data_of(opened, "factorial")
    assert [one[0] for one in data["combinations"]] == list(range(32)) and len(data["ideas"]) == 5
    assert sum(one[1] for one in data["combinations"]) == 16
    switches = opened.locator("#touch-factorial input[type=checkbox]")
    names = [one[0] for one in data["ideas"]]
    for switch in switches.all():
        if switch.is_checked():
            switch.press("Space")
    assert told(opened, "factorial").startswith("On: none of the five; ")
    for number in range(5):
        switches.nth(number).press("Space")
        assert told(opened, "factorial").startswith(f"On: {names[0]}") and names[number] in told(opened, "factorial")
    assert told(opened, "factorial").startswith(f"On: {', '.join(names[:4])} and {names[4]}; not trained")


def test_the_field_says_what_the_table_says(opened):
    """In every layer; and behind a layer that was added."""
    box = opened.locator("#touch-field-padding")
    padded = [conv(8, 3, padding=1)] * 3
    layers = [*padded, max_pool(2), *padded]
    slider = box.locator("input[type=range]")
    for added in (False, True):
        if added:
            box.locator("select").select_option("dilated")
            box.locator("button", has_text="Add it").click()
            layers = [*layers, conv(8, 3, dilation=2)]
        table = receptive_field(layers, (1, 28, 28))
        for level, row in enumerate(table, 1):
            slider.fill(str(level))
            assert box.locator("[aria-current] td").all_inner_texts() == [
                str(v)
                for v in (
                    row.kernel[0],
                    row.stride[0],
                    row.padding[0],
                    row.dilation[0],
                    row.n_out,
                    row.j_out,
                    row.r_out,
                    f"{row.start:g}",
                    row.r_image,
                )
            ]
            unit = tuple(map(int, re.search(r"Unit \((\d+), (\d+)\)", told(opened, "field-padding")).groups()))
            (top, bottom), _ = table.interval(row.name, unit)
            assert f"sees {'row' if top == bottom else 'rows'} {top}" in told(opened, "field-padding")
    box.locator("button", has_text="Start over").click()
    for _ in range(8):
        box.locator("select").select_option("dilated")
        box.locator("button", has_text="Add it").click()
    assert told(opened, "field-padding").startswith("Nothing was changed. A window of 5 does not fit")


def test_the_shifts_say_what_the_records_say(opened):
    """By keyboard, for every shift and level: the digit, and the best and the worst network with their intervals."""
    box = opened.locator("#touch-shifts")
    box.scroll_into_view_if_needed()
    data, image = data_of(opened, "shifts"), mnist("test").images[:1]
    for number, (name, shift) in enumerate(SHIFTS.items()):
        box.locator("select").select_option(str(number))
        box.locator("input").press("Home")
        for level in range(6):
            rows = sorted(travel.SHOWN, key=lambda network: -travel.accuracy(network, name, level))
            best, worst = (f"{travel.label(n)} {travel.accuracy(n, name, level):.1f} %" for n in (rows[0], rows[-1]))
            said = told(opened, "shifts")
            amount = f"{shift.levels[level - 1]:g} {shift.unit}" if level else "the digit as it is"
            assert said.startswith(f"{name.capitalize()}, level {level}: {amount}. ") and f"worst: {worst} (" in said
            assert f"Best: {best} (" in said
            low, high = travel.accuracy_interval(rows[-1], name, level)
            assert re.search(r"worst: .* % \((.*) to (.*)\)", said).groups() == (f"{low:.1f}", f"{high:.1f}")
            shades = [round(v / 17) for v in shifted(image, name, level, [0]).flatten().tolist()]
            assert data["digits"][number][level] == "".join(f"{v:x}" for v in shades)
            assert box.locator(".touch-stage g rect[opacity]").count() == sum(v > 0 for v in shades)
            box.locator("input").press("ArrowRight")


def test_few_images_say_what_the_records_say(opened):
    """By keyboard, for every number of images: each network's mean, interval and trainings, and a dot for each."""
    box = opened.locator("#touch-little")
    box.scroll_into_view_if_needed()
    box.locator("input").press("Home")
    for images in little_pages.SIZES:
        words, dots = [], 0
        for name, label in little_pages.NAMES.items():
            runs = little.curve(name).get(images, [])
            dots += len(runs)
            if not runs:
                words.append(f"{label}: no training")
                continue
            values = little.accuracies(runs)
            around = little.interval(values, [[index for index, _ in run.misclassified] for run in runs])
            words.append(f"{label} {sum(values) / len(values):.2f} %"
                         + (f" ({around.low:.2f} to {around.high:.2f})" if around else "")
                         + f", {'one training' if len(runs) == 1 else f'{len(runs)} trainings'}")
        assert told(opened, "little") == f"{images:,} images: {'; '.join(words)}."
        assert box.locator(".touch-stage .touch-dot").count() == dots
        box.locator("input").press("ArrowRight")


def test_few_bits_say_what_the_library_counts(opened):
    """For both networks and every width: the grid's values, the bytes, and what the records say of the accuracy."""
    box = opened.locator("#touch-bits")
    box.scroll_into_view_if_needed()
    for number, name in enumerate(widths.NETWORKS):
        box.locator("input[type=radio]").nth(number).check(force=True)
        box.locator("input[type=range]").press("Home")
        folded = quantize.folded(trained(records.load(records.path(name, 0))))
        for width in (widths.FLOAT, *widths.WIDTHS):
            said, of = told(opened, "bits"), f"{len(quantize.to_bytes(folded, width)):,} bytes"
            assert said.startswith(little_pages.NAMES[name]) and of in said
            if width < widths.FLOAT:
                used = len(torch.cat([quantize.on_grid(conv.weight, width).codes.flatten()
                                      for conv in quantize.convolutions(folded).values()]).unique())
                assert f"{width} bits: {2**width - 1} values, {used} of them used; " in said
            for tuned in (False, True) if width < widths.FLOAT else (False,):
                found = [one.accuracy for one in little.versions(name, width, tuned=tuned)]
                assert ("not recorded yet" in said) if not found else f"{sum(found) / len(found):.2f} %" in said
            box.locator("input[type=range]").press("ArrowRight")


# The reader's guess -------------------------------------------------------------------------------

WHERE = """(anchor) => {
  const svg = [...document.querySelectorAll(`#touch-${anchor} svg.touch-chart`)].pop();
  const names = [...svg.querySelectorAll(".touch-axes text")].filter((text) => Number(text.textContent) > 90)
    .map((text) => [Number(text.textContent), Number(text.getAttribute("x")), Number(text.getAttribute("y")) - 4]);
  const line = svg.querySelector("path.touch-guess"), words = svg.querySelector("text.touch-guess");
  return { names, words: words && words.textContent,
    line: line && line.getAttribute("d").match(/[\\d.]+/g).map(Number) };
}"""


def test_the_guess_is_drawn_where_the_axis_says(opened, anchor="luck"):
    """At the number that was guessed, by the axis's own names; at the edge and with an arrow if it lies beyond."""
    opened.reload()
    alive(opened)
    opened.locator(f"#touch-{anchor}").scroll_into_view_if_needed()
    assert opened.evaluate(WHERE, anchor)["words"] is None
    for guess in ("99.1", "99.234", "42", "99.999"):
        words = f"you: {float(guess):.2f}"
        opened.fill("#predict-end-guess", guess)
        opened.press("#predict-end-guess", "Enter")
        found = opened.evaluate(WHERE, anchor)
        (low, *first), (high, *last) = found["names"][0], found["names"][-1]
        at, drawn = first[0] + (float(guess) - low) / (high - low) * (last[0] - first[0]), found["line"][0]
        if "99.1" <= guess <= "99.3":
            assert drawn == pytest.approx(at, abs=1.5) and found["words"] == words
        else:
            assert found["words"].endswith(words) and found["words"][0] in "←→" and drawn != pytest.approx(at, abs=5)
        assert f"You said {words.partition(' ')[2]} %." in told(opened, anchor)
        if guess != "99.999":
            opened.click("#predict-end >> text=Ask me again")
            assert opened.evaluate(WHERE, anchor)["words"] is None and "You said" not in told(opened, anchor)
    opened.reload()  # the browser remembers it, and the figure has it from there
    alive(opened)
    assert opened.evaluate(WHERE, anchor)["words"].endswith("you: 100.00")
    opened.click("#predict-end >> text=Ask me again")


def test_a_guess_of_another_question_is_a_fault_of_the_page(caplog):
    import touch as extension
    from docutils import nodes
    from predict import predict

    page = nodes.container()
    page += predict(ids=["predict-size"], settings={"unit": "parameters"})
    page += predict(ids=["predict-end"], settings={"unit": "%"})
    for guess, faults in (("end", 0), ("size", 1), ("typo", 1), ("", 0)):
        caplog.clear()
        extension.check_guess(extension.touch_figure(figure="luck", options={"guess": guess}), page)
        assert len(caplog.records) == faults, guess


# Hands ------------------------------------------------------------------------------------------


def test_pointer_and_keyboard_on_the_pooling(opened):
    """To drag across the chart says the same as the slider, and what is said is spoken once the hand rests."""
    opened.reload()
    alive(opened)
    slider = opened.locator("#touch-pooling input[type=range]").first
    place, said = placed(opened, "pooling"), {}
    opened.mouse.move(place["x"] + place["width"] * 0.3, place["y"] + 80)
    opened.mouse.down()
    for share in (0.3, 0.6, 0.9):
        opened.mouse.move(place["x"] + place["width"] * share, place["y"] + 80, steps=4)
        said[slider.input_value()] = told(opened, "pooling")
    opened.mouse.up()
    assert len(said) == len(set(said.values())) == 3
    slider.press("Home")
    for _ in range(40):
        assert said.pop(slider.input_value(), told(opened, "pooling")) == told(opened, "pooling")
        slider.press("ArrowRight")
    assert not said
    opened.wait_for_timeout(700)  # then it is spoken
    assert opened.inner_text("#touch-pooling .touch-spoken") == told(opened, "pooling")


STATE = """async (figure) => {  // some draw in the next frame
  for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
  return figure.querySelector('.touch-stage').innerHTML + figure.querySelector('.touch-told').textContent
    + [...figure.querySelectorAll('canvas')].map((canvas) => canvas.toDataURL()).join();
}"""
KEYS = {"input[type=range]": ("ArrowRight", "ArrowLeft"), "input[type=checkbox]": ("Space",),  # one of them, at an end
        "input[type=radio]:checked": ("ArrowRight", "ArrowLeft"), "select": ("End", "Home")}


@pytest.mark.parametrize("anchor", FIGURES)
def test_every_control_answers_to_the_keyboard(opened, anchor):
    """Each slider, choice and switch changes what is said or shown, and one of its menus; buttons can be pressed."""
    figure = opened.locator(f"#touch-{anchor}")
    figure.scroll_into_view_if_needed()

    def answers(control, key):
        before = figure.evaluate(STATE)
        control.press(key)
        return figure.evaluate(STATE) != before

    found = {kind: [any(answers(control, key) for key in keys) for control in figure.locator(kind).all()]
             for kind, keys in KEYS.items()}
    assert any(map(any, found.values())) and all(all(found[kind]) for kind in found if kind != "select"), found
    for button in figure.locator("button").all():
        if button.is_visible() and button.is_enabled():
            button.press("Enter")
    assert told(opened, anchor) and "undefined" not in told(opened, anchor) and "NaN" not in told(opened, anchor)


def test_recorded_accuracies_stand_with_their_own_settings_alone(opened):
    """Grey and labelled; hidden where the reader has set something else."""
    box = opened.locator("#touch-schedules")
    for kind in range(3):
        box.locator("input[type=radio]").nth(kind).check(force=True)
        box.locator("button", has_text="Start over").click()
        drawn = box.locator(".touch-stage path[stroke='var(--figure-soft)'][stroke-width='1.5']")
        assert drawn.count() > 1 and "recorded trainings" in told(opened, "schedules")
        box.locator("input[type=range]").nth(1).press("ArrowRight")
        assert drawn.count() == 0 and "Nothing was trained with these settings" in told(opened, "schedules")
        assert "nothing is recorded with these settings" in box.locator(".touch-stage").inner_text()


def test_training_ten_times(opened):
    luck = opened.locator("#touch-luck")
    luck.locator("button", has_text="Start over").click()
    assert "Train it: each press" in told(opened, "luck")
    for count in range(1, 11):
        luck.locator("button", has_text="Train again").click()
        assert ("points less than you published" in told(opened, "luck")) == (count == 10)
    assert luck.locator("button", has_text="Train again").is_disabled()
    drawn = opened.evaluate("bookParts.touch.luck.state().drawn.map(({ test }) => Math.max(...test))")
    assert f"you publish {max(drawn) / 100:.2f} %" in told(opened, "luck")


def test_the_board_leads_to_the_steps(opened):
    opened.reload()
    alive(opened)
    board = opened.locator("#touch-leaderboard")
    links = board.locator("a[href]")
    assert links.count() > 20
    for link in links.all()[:4]:
        assert re.search(r"/book/paths/[\w-]+/[\w-]+\.html$", link.get_attribute("href"))
    links.first.focus()
    assert told(opened, "leaderboard").startswith(links.first.get_attribute("aria-label"))
    lit = board.locator("a[href] .touch-dot[fill='var(--figure-blue)']")
    assert lit.count() == links.count()
    board.locator(".touch-option:has-text('six-models') input").check(force=True)
    assert 0 < lit.count() < links.count() and f"{lit.count()} of them of six-models" in told(opened, "leaderboard")
    opened.locator("#touch-fashion select").select_option("dropout")
    assert told(opened, "fashion").startswith(f"{sum(p.idea == 'dropout' for p in fashion.declared.PAIRS)} pairs")
    opened.locator("#touch-ideas select").select_option("dropout")
    assert told(opened, "ideas").startswith(f"{sum(e.idea == 'dropout' for e in ideas.alone())} pairs")


@pytest.mark.parametrize("width", [1366, 390])
def test_axe_finds_nothing_on_desktop_and_phone_light_and_dark(browser, address, width):
    """And fingers work: a tap on a chart, a press on a button; nothing is wider than the screen."""
    with visit(browser, width=width, height=844) as page:
        open_page(page, address)
        page.fill("#predict-end-guess", "99.15")
        page.press("#predict-end-guess", "Enter")
        assert page.locator("text.touch-guess").all_text_contents() == ["you: 99.15"]
        assert flaws(page) + page.evaluate(LOOKING) == []
        if width == 1366:
            return
        before, box = told(page, "pooling"), placed(page, "pooling")
        page.touchscreen.tap(box["x"] + box["width"] * 0.9, box["y"] + 80)
        assert told(page, "pooling") != before
        page.locator("#touch-luck button", has_text="Train again").tap()
        assert page.evaluate("document.getAnimations().length") == 0  # less motion was asked for
        lit = page.locator("#touch-leaderboard .touch-dot[fill='var(--figure-blue)']")
        before = lit.count()
        page.locator("#touch-leaderboard .touch-option").last.tap()
        assert 0 < lit.count() < before


def test_without_a_script_each_figure_is_a_still_picture(browser, address):
    with visit(browser, address, width=390, java_script_enabled=False) as page:
        for anchor in FIGURES:
            picture = page.locator(f"#touch-{anchor} .touch-stage > :is(svg, img):visible")
            assert len(picture.get_attribute("aria-label") or picture.get_attribute("alt")) > 40
            assert picture.evaluate("(of) => of.tagName !== 'IMG' || of.naturalWidth > 300")
            box = picture.bounding_box()
            assert box["width"] <= 390 and box["height"] > 80
            assert page.locator(f"#touch-{anchor} figcaption").is_visible()
