"""Tables of other people's networks: their fields, and what public calculators say of them.

Read from the records of ``benchmarks.zoo`` and ``benchmarks.tools``; chapter: ``book/yours/own-network.md``.
"""

import json

from ..training import records
from .tables import PageTable

#: What people ask about most, by the names of the record; of timm's networks those of its families.
ASKED = """alexnet vgg11 vgg16 googlenet inception_v3 resnet18 resnet50 resnet101 resnext50_32x4d wide_resnet50_2
densenet121 squeezenet1_1 shufflenet_v2_x1_0 mobilenet_v2 mobilenet_v3_large mnasnet1_0 efficientnet_b0
efficientnet_v2_s regnet_y_400mf convnext_tiny vit_b_16 swin_t swin_v2_t maxvit_t fcn_resnet50 deeplabv3_resnet50
deeplabv3_mobilenet_v3_large lraspp_mobilenet_v3_large""".split()
FAMILIES = """beit cait coat convmixer cspnet deit dla dpn edgenext efficientformer ghostnet hrnet inception_resnet_v2
inception_v4 levit mlp_mixer mobilevit nasnet nfnet pit pnasnet poolformer pvt_v2 regnet repvgg res2net resnest
resnetv2 rexnet senet sknet twins vgg volo xception""".split()


def read(name: str) -> dict:
    """A benchmark's record."""
    return json.loads((records.root() / "benchmarks" / f"{name}.json").read_text())


def fields(record: dict | None = None) -> PageTable:
    """The fields and jumps of networks that people ask about, as ``benchmarks.zoo`` recorded them."""
    record = record or read("zoo")
    asked = {name: place for place, name in enumerate(ASKED)}
    chosen = [each for each in record["networks"] if "error" not in each and each.get("field") is not None and (
        each["name"] in asked or each["library"] == "timm" and each["family"] in FAMILIES)]
    chosen.sort(key=lambda each: (each["library"] == "timm", asked.get(each["name"], 0), each["name"]))
    rows = [(each["name"].removeprefix("timm "), each["library"], _by(each["input"][1:]), _pair(each["field"]),
             _pair(each["jump"]), _by(each["map"]), f"{each['rows']:,}") for each in chosen]
    versions = ", ".join(f"{name} {number}" for name, number in record["versions"].items())
    return PageTable("Receptive fields of well-known networks", ("network", "library", "input", "field", "jump", "map",
                     "layers"), tuple(rows), "Field and jump, in pixels, of the map with the largest field that still "
                     "has places; a field larger than the input reaches into the padding, and a global operation "
                     f"(attention, squeeze and excitation) makes it the whole image. {versions}. "
                     "Made by benchmarks/zoo.py.", sortable=True, secondary=("library", "input", "layers"))


def calculators(record: dict | None = None) -> PageTable:
    """What public calculators say of the fields of well-known networks, as ``benchmarks.tools`` recorded it."""
    record = record or read("tools")
    names = list(record["right"])
    rows = [(row["network"], str(row["field"]),
             *(f"{row[name]['says']}{'' if row[name]['right'] else ' (wrong)'}" for name in names))
            for row in record["rows"]]
    rows.append(("right", f"of {len(rows)}", *(str(record["right"][name]) for name in names)))
    return PageTable("What each calculator says of well-known networks", ("network", "measured", *names), tuple(rows),
                     f"Width of the field of the feature extractor's last map, in images wide enough for it. "
                     f"Versions: {', '.join(record['packages'][:-1])}, torchvision {record['torchvision']}. Made by "
                     "benchmarks/tools.py in one run; a name of an error stands where a calculator stopped.")


def _by(sizes) -> str:
    return "×".join(f"{n:g}" for n in sizes)


def _pair(found) -> str:
    if found is None:
        return "–"
    parts = found if isinstance(found, list) else [found]
    texts = ["–" if part is None else f"{part:g}" for part in parts]
    return "×".join(texts if len(set(texts)) > 1 else texts[:1])
