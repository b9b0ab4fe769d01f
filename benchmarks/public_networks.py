"""Public networks that the zoo's record does not have, each held to where NaNs arrive.

torchvision's, timm's and transformers' own classes, without weights; small ones or small inputs. Each runs in a
process of its own (``zoo.py``): NaNs in single rows and columns of an image may reach no unit that does not
see them by the table. timm and transformers are needed here only.

    python -m benchmarks.public_networks              # all, as a list on the terminal
    python -m benchmarks.public_networks segformer    # those with that in their names
"""

from __future__ import annotations

import sys

import torch

from mnist_lib import receptive_field
from mnist_lib.data import import_torchvision

from . import zoo

_TORCHVISION = ("vgg13_bn resnet34 resnext101_32x8d densenet169 squeezenet1_0 shufflenet_v2_x0_5 mobilenet_v3_small "
                "mnasnet0_5 efficientnet_b1 regnet_x_400mf convnext_small vit_b_32 swin_s swin_v2_s").split()
_TIMM = ("beitv2_base_patch16_224 bat_resnext26ts botnet26t_256 cs3darknet_focus_s darknet53 ecaresnet26t "
         "eca_botnext26ts_256 eva02_small_patch14_224 gcresnet33ts lambda_resnet26t mixer_s32_224 mixnet_s "
         "poolformer_s12 resmlp_12_224 sebotnet33ts_256 seresnet33ts convformer_s18 vit_small_patch32_224").split()
#: The model's class, its configuration, and the sizes that make it small.
_TRANSFORMERS = {
    "Segformer": dict(depths=[1, 1, 1, 1]), "Pvt": dict(image_size=128), "MobileViT": {},
    "Dinov2": dict(hidden_size=48, num_hidden_layers=2, num_attention_heads=3, image_size=56),
    "Cvt": {}, "GLPN": dict(depths=[1, 1, 1, 1]),
    "ViTMSN": dict(hidden_size=48, num_hidden_layers=2, num_attention_heads=3, intermediate_size=64),
    "PoolFormer": {}, "MobileNetV1": {}, "Bit": dict(depths=[1, 1, 1, 1])}


def networks() -> dict[str, tuple]:
    """Every network: (library, family, how to build it, input size), by its name."""
    models, found = import_torchvision().models, {}
    for name in _TORCHVISION:
        found[name] = ("torchvision", "", lambda name=name: getattr(models, name)(weights=None), (3, 128, 128))
        if name.startswith("vit"):
            found[name] = (*found[name][:3], (3, 224, 224))
    import timm
    import transformers

    for name in _TIMM:
        size = timm.get_pretrained_cfg(name).input_size
        fixed = any(part in name for part in ("224", "256", "mixer", "resmlp", "bat_"))
        found[f"timm {name}"] = ("timm", "", lambda name=name: timm.create_model(name, pretrained=False),
                                 size if fixed else (3, 128, 128))
    for name, small in _TRANSFORMERS.items():
        config = getattr(transformers, f"{name}Config")
        side = small.get("image_size", 128 if name not in ("ViTMSN",) else 224)
        found[f"transformers {name}Model"] = (
            "transformers", "", lambda name=name, config=config, small=small: getattr(
                transformers, f"{name}Model")(config(**small)), (3, side, side))
    return found


def main(arguments=None) -> int:
    """Run all, or those named; returns 1 where a table is wrong, or more than one network is refused."""
    names, found = list(sys.argv[1:] if arguments is None else arguments), []
    torch.set_num_threads(1)
    receptive_field(torch.nn.Conv2d(1, 1, 3), (1, 8, 8))  # whatever is loaded when it is first used
    for name, entry in networks().items():
        if not names or any(part in name.lower() for part in names):
            found.append(one := zoo.run(name, entry, limit=120))
            print(f"{name:40} {'×'.join(map(str, entry[3])):12}" + (one["error"][:160] if "error" in one else
                  f"{one['seconds']:7.2f} s  {one['rows']:5} rows  field {one.get('field')}"
                  + (f"  WRONG: {one['wrong'][:3]}" if one["wrong"] else "")), flush=True)
    refused, wrong = ([each["name"] for each in found if each.get(what)] for what in ("error", "wrong"))
    print(f"{len(found)} networks, {len(wrong)} wrong, {len(refused)} refused: {', '.join(refused) or 'none'}")
    return int(bool(wrong) or len(refused) > 1)


if __name__ == "__main__":
    sys.exit(main())
