"""The networks of the page "Draw a digit" compute in a browser what PyTorch computes."""

import copy
import json
from functools import cache

import pytest
import torch
from torch import nn

from mnist_lib import receptive_field
from mnist_lib.data.loading import mnist
from mnist_lib.export import format, networks
from mnist_lib.networks.builder import build
from mnist_lib.training import records
from mnist_lib.training.evaluation import trained
from tests.site.digit_page import one_page, page_in, write_images
from tests.site.visits import asked

COUNT = 200
pytestmark = [pytest.mark.filterwarnings("ignore:Using padding='same'"), pytest.mark.xdist_group("digit")]


@pytest.fixture(scope="module")
def opened(browser, digit_site, tmp_path_factory):
    """The page, with the first COUNT test images; nothing here changes it, so one is enough."""
    folder = tmp_path_factory.mktemp("images")
    write_images(folder, mnist("test").images[:COUNT])
    with one_page(browser, page_in(digit_site).as_uri()) as page:
        page.add_script_tag(url=(folder / "images.js").as_uri())
        page.set_default_timeout(300_000)
        yield page


def offered():
    import digit_data

    return [run.experiment for run in digit_data.offered()]


SCORES = """async (name) => {
  const { loading, network } = mnistDigit, net = await loading.network(name);
  return testImages.map((bytes) => Array.from(network.results(net,
    network.run(net, net.snapshots[net.snapshots.length - 1], bytes.map((b) => b / 255))).scores));
}"""


@pytest.mark.parametrize("name", offered())
def test_digits_as_in_pytorch(opened, name):
    scores = torch.tensor(asked(opened, SCORES, name))
    with torch.no_grad():
        expected = trained(records.of(name)[0])(networks.digits(COUNT))
    assert scores.shape == (COUNT, 10)
    assert (scores - expected).abs().max() < 1e-3
    assert torch.equal(scores.argmax(1), expected.argmax(1))


# Any chain, made up at random -----------------------------------------------------------------------

def chain(seed):
    """A random network of 28 × 28 digits: convolutions, pools, norms and activations of all kinds."""
    draw = torch.Generator().manual_seed(seed)
    pick = lambda *choices: choices[torch.randint(len(choices), (1,), generator=draw)]  # noqa: E731
    torch.manual_seed(seed)
    layers, channels, image = [], 1, torch.zeros(2, 1, 28, 28)
    activations = (nn.ReLU, nn.LeakyReLU, nn.PReLU, nn.ELU, nn.SELU, nn.GELU, lambda: nn.GELU("tanh"), nn.SiLU,
                   nn.Sigmoid, nn.Tanh, nn.Hardswish, nn.ReLU6)

    def conv(n):
        return nn.Conv2d(n, pick(2, 4, 6), pick(1, 2, 3, (3, 5)), pick(1, 1, 2), pick(0, 1, (1, 2)), pick(1, 1, 2),
                         groups=1 if n % 2 else pick(1, 2), bias=pick(True, False))

    kinds = (conv, conv, nn.BatchNorm2d, nn.PReLU, lambda n: pick(*activations)(), lambda n: pick(*activations)(),
             lambda n: nn.MaxPool2d(pick(2, 3), pick(1, 2), pick(0, 1), pick(1, 2), ceil_mode=pick(True, False)),
             lambda n: nn.AvgPool2d(pick(2, 3), pick(1, 2), pick(0, 1), pick(True, False), pick(True, False)),
             lambda n: nn.ZeroPad2d(pick((1, 0, 2, 1), 1, -1, (-1, 2, 0, -2))), lambda n: nn.Dropout())
    while len(layers) < 9:
        layer = pick(*kinds)(channels)
        try:
            after = layer.eval()(image)
        except RuntimeError:  # the window is larger than the map
            continue
        if not after.numel():  # all of it was cropped
            continue
        image = after
        layers.append(layer)
        channels = image.shape[1]
    end = pick((nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 10)),
               (nn.Flatten(), nn.Linear(image[0].numel(), 10)),
               (nn.Conv2d(channels, 10, image.shape[2:]), nn.Flatten(), nn.LogSoftmax(1)),
               (nn.Flatten(), nn.Linear(image[0].numel(), 8), nn.BatchNorm1d(8), nn.Linear(8, 10), nn.Softmax(1)))
    network = nn.Sequential(*layers, *end)
    network.train()
    with torch.no_grad():
        network(networks.digits(32))
    return network.eval()


LOOK = """([documents, units, images]) => documents.map((text, i) => {
  const { network, reading, arithmetic } = mnistDigit, net = reading.fromText(text), weights = net.snapshots[0];
  const maps = network.run(net, weights, images[i].map((b) => b / 255));
  return { scores: Array.from(maps[maps.length - 1].data), units: units[i].map(([at, unit]) => ({
    value: maps[at].data[unit], driven: Array.from(network.gradientTimesInput(net, weights, maps, at, unit)),
    field: network.field(net, at, unit), steps: arithmetic.explain(net, weights, maps, at, unit) })) };
})"""


def values_of(network, image):
    """What each module of a chain gives, and its name, for an image that gradients flow back to."""
    found = []
    modules = [(n, m) for n, m in network.named_modules() if not list(m.children())]
    for name, module in modules:
        image = module(image)
        if not isinstance(module, (nn.Dropout, nn.Identity)):
            found.append((name, image))
    return found


def examine(page, chains, per_layer):
    """Ask the page about random units of every layer of each network; yields what it says and what torch does.

    The digits lie on a speckled ground: over an even one a maximum has many places, and which of them
    takes the gradient depends on how each side rounds. Where two places still tie, torch itself differs
    between double and single precision, so both can be asked for: (image, values) of ``in_precision(kind)``.
    """
    images = mnist("test").images[:len(chains)].flatten(1).int()
    images = (images + torch.randint(0, 60, images.shape)).clamp(max=255)
    digits = (images / 255 - 0.1307) / 0.3081
    documents = [networks.export_module(network, "a network") for network in chains]
    shapes = [networks._shapes(d) for d in documents]
    units = [[[at + 1, int(torch.randint(shape.numel(), ()))] for at, shape in enumerate(map(torch.Size, s))
              for _ in range(per_layer)] for s in shapes]
    said = asked(page, LOOK, [[format.to_json(d) for d in documents], units, images.tolist()])
    for i, (network, document) in enumerate(zip(chains, documents)):
        @cache
        def in_precision(kind, i=i, network=network, document=document):
            image = digits[i].view(1, 1, 28, 28).to(kind).requires_grad_()
            values = values_of(copy.deepcopy(network).to(kind), image)
            return image, values + [("flat", values[-1][1].flatten(1))] * (len(document.layers) - len(values))

        yield document, in_precision, units[i], said[i]


def check_values_and_gradients(document, in_precision, units, said):
    for (at, unit), told in zip(units, said["units"]):
        driven, off = torch.tensor(told["driven"], dtype=torch.float64), []
        for kind in (torch.float64, torch.float32):
            image, values = in_precision(kind)
            value = values[at - 1][1][0].flatten()[unit]
            (gradient,) = torch.autograd.grad(value, image, retain_graph=True)
            expected = (gradient * image).flatten().detach().double()
            assert told["value"] == pytest.approx(value.item(), abs=1e-3, rel=1e-3)
            off.append(((driven - expected).abs().max() / (1 + expected.abs().max())).item())
            if off[-1] < 1e-3:  # the other precision is asked only where places tie
                break
        assert min(off) < 1e-3, document.layers[at - 1]


def convolved(step):
    products = sum(a * b for part in step["parts"] for a, b in zip(part["patch"], part["kernel"]))
    assert products == pytest.approx(sum(part["sum"] for part in step["parts"]), abs=1e-4)
    return products + (step["bias"] or 0)


def inside(step):
    return [value for value, out in zip(step["patch"], step["outside"]) if not out]


SUMS = {  # the value of a step of the arithmetic, computed here from the numbers it shows; of other kinds as it is told
    "conv2d": convolved,
    "linear": lambda step: sum(p["input"] * p["factor"] for p in step["products"]) + (step["bias"] or 0),
    "max": lambda step: max(inside(step)),
    "mean": lambda step: sum(inside(step)) / step["divisor"],
    "batchnorm": lambda step: (step["before"] - step["mean"]) / (step["variance"] + step["eps"]) ** 0.5
    * step["scale"] + step["shift"],
    "relu": lambda step: max(0.0, step["before"]),
    "prelu": lambda step: step["before"] * (1 if step["before"] > 0 else step["slope"]),
    "image": lambda step: (step["ink"] - step["mean"]) / step["std"],
    "log_softmax": lambda step: step["before"] - step["logSum"],
}
STARTS = {"conv2d", "linear", "max", "mean"}  # from a map, not from what the step before gave


def check_arithmetic(said):
    for told in said["units"]:
        before = None
        for step in told["steps"]:
            of_kind = SUMS.get(step["kind"], lambda step: step["value"])
            assert of_kind(step) == pytest.approx(step["value"], abs=2e-4, rel=1e-4), step["kind"]
            assert step["kind"] != "max" or step["patch"][step["best"]] == step["value"]
            assert step["kind"] in STARTS or None in (before, step.get("before")) or step["before"] == before
            before = step["value"]
        assert told["steps"][-1]["value"] == told["value"]


def check_fields(network, values, shapes, units, said):
    table = receptive_field(network, (1, 28, 28))
    names = {row.name for row in table.rows}
    checked = 0
    for (at, unit), told in zip(units, said["units"]):
        name, shape = values[at - 1][0], shapes[at - 1]
        if name not in names or len(shape) != 3:
            continue
        row, column = unit % (shape[1] * shape[2]) // shape[2], unit % shape[2]
        expected, field = table.interval(name, (row, column)), told["field"]
        if field is None:
            assert None in expected
            continue
        assert ((field["top"], field["bottom"]), (field["left"], field["right"])) == expected, (name, row, column)
        checked += 1
    return checked


def check_units(opened, chains, per_layer=3) -> int:
    """Hold everything that the page shows of these networks to PyTorch; returns how many fields were compared."""
    checked = 0
    for network, look in zip(chains, examine(opened, chains, per_layer)):
        document, in_precision, units, said = look
        check_values_and_gradients(*look)
        check_arithmetic(said)
        checked += check_fields(network, in_precision(torch.float64)[1], networks._shapes(document), units, said)
    return checked


def test_units_of_the_offered_networks(opened):
    torch.manual_seed(0)
    assert check_units(opened, [trained(records.of(name)[0]) for name in offered()], per_layer=1) > 100


def hanging(size, window):
    """A network whose pooling in ceil mode hangs over a map of `size`: with a map as small as the window's stride."""
    torch.manual_seed(size)
    network = nn.Sequential(nn.AvgPool2d(28 // size), nn.Conv2d(1, 3, 1), window, nn.Flatten(), nn.LazyLinear(10))
    with torch.no_grad():
        network(networks.digits(2))
    return network.eval()


def test_windows_that_hang_over_the_smallest_maps(opened):
    """Once MaxPool2d(3, 2, ceil_mode=True) on a map of 2 × 2 was exported without complaint and refused by the page."""
    torch.manual_seed(0)
    pools = [nn.MaxPool2d(3, 2, ceil_mode=True), nn.AvgPool2d(3, 2, ceil_mode=True),
             nn.MaxPool2d((3, 2), (2, 3), (1, 0), ceil_mode=True), nn.MaxPool2d(2, 2, 1, ceil_mode=True),
             nn.AvgPool2d(4, 3, 1, ceil_mode=True, count_include_pad=False)]
    assert check_units(opened, [hanging(size, pool) for size in (2, 4, 7) for pool in pools])


def test_units_of_random_chains(opened):
    torch.manual_seed(0)
    assert check_units(opened, [chain(seed) for seed in range(30)]) > 200


@pytest.mark.parametrize("name", ["same-padding/dropout", "three-steps/batchnorm", "drill-down/batchnorm"])
def test_other_networks_of_the_book(opened, name):
    torch.manual_seed(0)
    network = build(name).train()
    with torch.no_grad():
        network(networks.digits(64))
    assert check_units(opened, [network.eval()])


def test_the_format_of_the_page_is_that_of_the_library(opened):
    layers = json.loads(opened.evaluate("JSON.stringify(mnistDigit.reading.LAYERS_KNOWN)"))
    assert layers == {kind: sorted(settings) for kind, settings in format.SETTINGS.items()}
