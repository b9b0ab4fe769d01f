"""Hand-ins in the forms that students choose: a Colab notebook, a folder, a zip, several models in one file.

``write(folder)`` writes all of them. Each has the state that it must end in, and words of what is told or of why this
network was taken.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import NamedTuple

IMPORTS = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\nimport torch.optim as optim\n"
RECIPE = "from mnist_lib import Recipe\nrecipe = Recipe(epochs=2)\n"


def net(name="Net", arguments="", more="", width=4, end="x.view(-1, 10)"):
    """A network of the course's kind: a convolution, pooling, and ten maps that are averaged."""
    return f"""
class {name}(nn.Module):
    def __init__(self{arguments}):
        super({name}, self).__init__()
        self.conv1 = nn.Sequential(nn.Conv2d(1, {width}, 5, stride=2), nn.ReLU())
        self.out = nn.Conv2d({width}, 10, 3)
        self.gap = nn.AdaptiveAvgPool2d(1)
{more}
    def forward(self, x):
        x = self.gap(self.out(self.conv1(x)))
        return {end}
"""


DATA = """
train_loader = torch.utils.data.DataLoader(
    datasets.MNIST('./data', train=True, download=True, transform=transforms.ToTensor()), batch_size=128)
test_loader = torch.utils.data.DataLoader(
    datasets.MNIST('./data', train=False, transform=transforms.ToTensor()), batch_size=128)
"""
TRAIN = """
from tqdm import tqdm
def train(model, device, train_loader, optimizer, epoch):
    model.train()
    for data, target in tqdm(train_loader):
        optimizer.zero_grad()
        loss = F.nll_loss(model(data.to(device)), target.to(device))
        loss.backward()
        optimizer.step()
"""
LOOP = """
model = {model}.to(device)
optimizer = optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
for epoch in range(1, 20):
    train(model, device, train_loader, optimizer, epoch)
    print(f'epoch {{epoch % 20}}')
"""
DEVICE = "use_cuda = torch.cuda.is_available()\ndevice = torch.device('cuda' if use_cuda else 'cpu')\n"
VISION = "from torchvision import datasets, transforms\n"
CLASSICAL = [IMPORTS + VISION + "%matplotlib inline\nimport matplotlib.pyplot as plt", DEVICE + DATA, net(),
             "!pip install torchsummary\nfrom torchsummary import summary\nsummary(Net().to(device), (1, 28, 28))",
             TRAIN, LOOP.format(model="Net()"), "plt.plot([1, 2])\nplt.show()"]
MODELS = [IMPORTS, *(net(f"Model_{n}", width=n + 2) for n in (1, 2, 3))]
GHOST = """
class GhostBatchNorm(nn.BatchNorm2d):
    def __init__(self, features, splits=2, **more):
        super().__init__(features, **more)
        self.splits = splits

    def forward(self, x):
        if not self.training or len(x) % self.splits:
            return super().forward(x)
        return torch.cat([super(GhostBatchNorm, self).forward(part) for part in x.chunk(self.splits)])
"""
NORM = """
        norms = {'BN': nn.BatchNorm2d(4), 'GN': nn.GroupNorm(2, 4), 'LN': nn.LayerNorm([4, 12, 12])}
        self.conv1.append(norms[norm])
"""
SCHEDULE = RECIPE.replace("epochs=2", """epochs=2, optimizer=lambda p: optim.SGD(p, lr=0.01, momentum=0.9),
    schedule=lambda optimizer, steps: optim.lr_scheduler.StepLR(optimizer, step_size={}, gamma=0.1){}""")


def notebook(*cells):
    """The bytes of a notebook; a cell's lines are kept in a list, as Jupyter does."""
    return json.dumps({"cells": [{"cell_type": "markdown", "source": ["# My network"]}] + [
        {"cell_type": "code", "source": cell.splitlines(True), "outputs": []} for cell in cells],
        "nbformat": 4, "nbformat_minor": 5, "metadata": {}}).encode()


def packed(files: dict) -> bytes:
    """The bytes of a zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


class HandIn(NamedTuple):
    """A file's content or a folder's files, the state that it must end in, and words that must stand on its page."""

    content: bytes | str | dict
    told: str = ""
    status: str = "graded"


HANDINS = {
    "colab.ipynb": HandIn(notebook("from google.colab import drive\ndrive.mount('/content/drive')\n%cd /content",
                                   *CLASSICAL), "google.colab"),
    "loop.ipynb": HandIn(notebook(*CLASSICAL, "torch.save(model.state_dict(), 'model.pt')\nx = (3\n % 2)"),
                         "Not executed"),
    "utils": HandIn({"model.py": IMPORTS + "from utils import width\n" + net().replace("(1, 4,", "(1, width,").replace(
        "(4, 10", "(width, 10"),
        "utils.py": VISION + "width = 5\ndef get_data():\n    return datasets.MNIST('.')\n"}),
    "folder-notebook": HandIn({"model.py": IMPORTS + net(), "utils.py": IMPORTS + TRAIN, "S5.ipynb": notebook(
        IMPORTS + VISION, DEVICE + DATA, "from model import Net\nfrom utils import train",
        LOOP.format(model="Net()"))}),
    "models.ipynb": HandIn(notebook(*MODELS), "Model_3"),
    "nets.py": HandIn(IMPORTS + "".join(net(f"Net{n}") for n in range(1, 6)), "Net5"),
    "asked.py": HandIn(IMPORTS + net("Small") + net("Large", width=9) + "\nnetwork = Small\n" + RECIPE,
                       "the file says so"),
    "trained.ipynb": HandIn(notebook(IMPORTS + VISION, DEVICE, net("First"), net("Second"), DATA, TRAIN,
                                     LOOP.format(model="First()")), "it is the one that is trained"),
    "zipped.zip": HandIn(packed({"hand-in/network.py": IMPORTS + "from parts import width\n" + net(),
                                 "hand-in/parts.py": "width = 4\n", "hand-in/model.pt": b"x" * 5_000,
                                 "__MACOSX/hand-in/._network.py": b"\0\1"})),
    "squeeze.py": HandIn(IMPORTS + net(end="F.log_softmax(x.squeeze(), dim=1)") + RECIPE),
    "arguments.py": HandIn(IMPORTS + net(arguments=", drop") + "\ndef main():\n    return Net(drop=0.1)\n" + RECIPE,
                           "Net(drop=0.1)"),
    "twin.py": HandIn(IMPORTS + net(width=3) + RECIPE),
    "twin.ipynb": HandIn(notebook(IMPORTS, net(width=6))),
    "at-import.py": HandIn(IMPORTS + VISION + DEVICE + DATA + net() + TRAIN + LOOP.format(model="Net()"),
                           "Not executed"),
    "seaborn.ipynb": HandIn(notebook("import seaborn as sns\nimport netron\nsns.set()\n" + IMPORTS, net(),
                                     "sns.heatmap(torch.zeros(3, 3))"), "netron"),
    "scheduler.py": HandIn(IMPORTS + net() + SCHEDULE.format(6, ', per="epoch"'), "StepLR 6, 0.1"),
    "norm.ipynb": HandIn(notebook(IMPORTS, net(arguments=", norm", more=NORM), DEVICE,
                                  "models = [Net(norm=n) for n in ('LN', 'GN')]\nbest = Net('GN').to(device)"),
                         "Net('GN')"),
    "ghost.py": HandIn(IMPORTS + GHOST + net(more="        self.conv1.append(GhostBatchNorm(4))") + RECIPE),
    "large.py": HandIn(IMPORTS + net(width=150) + RECIPE.replace("2", "20"), "at most 20,000 parameters"),
    "broken.ipynb": HandIn(notebook(IMPORTS, net(more="        self.more = nn.Conv2d(width, 3, 1)")),
                           "broken.ipynb, cell 2, line 8: NameError", "failed"),
    "guess.py": HandIn(IMPORTS + net("One") + net("Two") + RECIPE, "or write network = One below it", "failed"),
}


def write(folder: Path, names=None) -> None:
    """Write hand-ins, all of them or some."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, each in HANDINS.items():
        if names is not None and name not in names:
            continue
        for file, content in each.content.items() if isinstance(each.content, dict) else [("", each.content)]:
            place = folder / name / file if file else folder / name
            place.parent.mkdir(exist_ok=True)
            place.write_bytes(content.encode() if isinstance(content, str) else content)
