"""torchvision's networks: published fields where there are any, the oracle where it is feasible."""

from functools import partial

import pytest
import torch
from torch import nn

from mnist_lib import receptive_field, rule
from mnist_lib.data.torchvision_import import import_torchvision
from mnist_lib.rf import brute_force
from mnist_lib.rf.calculator import UnknownOperation

models = import_torchvision().models

# Of the last map before global pooling: units, jump, field (None: everything, by a gate or attention).
LAST_MAP = {
    "alexnet": ("features", 6, 32, 195), "vgg11": ("features", 7, 32, 150), "vgg13": ("features", 7, 32, 156),
    "vgg16": ("features", 7, 32, 212), "vgg19": ("features", 7, 32, 268),
    "resnet18": ("layer4", 7, 32, 435), "resnet34": ("layer4", 7, 32, 899), "resnet50": ("layer4", 7, 32, 427),
    "resnet101": ("layer4", 7, 32, 971), "resnet152": ("layer4", 7, 32, 1451),
    "squeezenet1_0": ("features", 13, 16, 155), "squeezenet1_1": ("features", 13, 16, 207),
    "mobilenet_v2": ("features", 7, 32, 491), "densenet121": ("features", 7, 32, 2071),
    "googlenet": ("inception5b", 7, 32, 379), "inception_v3": ("Mixed_7c", 8, 32, 1311),
    "shufflenet_v2_x1_0": ("conv5", 7, 32, 527), "mnasnet1_0": ("layers", 7, 32, 843),
    "convnext_tiny": ("features", 7, 32, 1688),
    "mobilenet_v3_small": ("features", 7, 32, None), "mobilenet_v3_large": ("features", 7, 32, None),
    "efficientnet_b0": ("features", 7, 32, None), "regnet_y_400mf": ("trunk_output", 7, 32, None),
    "regnet_x_400mf": ("trunk_output", 7, 32, 975),
}
SETTINGS = {"googlenet": dict(init_weights=False), "inception_v3": dict(init_weights=False)}


def build(name, device="meta"):
    """The network without values, which is quick; RegNet computes its widths with tensors and cannot."""
    with torch.device("cpu" if name.startswith("regnet") else device):
        return getattr(models, name)(weights=None, **SETTINGS.get(name, {}))


def test_the_whole_of_a_shifted_window_transformer():
    table = receptive_field(build("swin_t", "cpu"), (3, 112, 112))
    assert table.interval("features.7.1") == ((0, 111), (0, 111)) and len(table) > 400


@pytest.mark.parametrize("name", LAST_MAP)
def test_the_last_map_of_convolutional_networks(name):
    layer, size, jump, field = LAST_MAP[name]
    side = 299 if name == "inception_v3" else 224
    network = build(name)
    table = receptive_field(network, (3, side, side))
    row = table.at(layer)
    assert (row.n_out, row.j_out) == (size, jump)
    if field:
        assert row.r_out == field
    else:
        assert row.notes == ("whole image",) and table.interval(layer, (0, 0)) == ((0, 223), (0, 223))
    unseen = name.startswith("squeezenet")  # unpadded windows with stride 2 leave out the last line
    assert table.interval("") == ((0, side - 1 - unseen), (0, side - 1 - unseen))
    unused = sum(p.numel() for n, p in network.named_parameters() if "aux" in n.lower())
    assert table.parameters == sum(p.numel() for p in network.parameters()) - unused
    assert f"field {table.at('').r_out} at the output" in str(table)


@pytest.mark.parametrize("name", ["fcn_resnet50", "deeplabv3_mobilenet_v3_large"])
def test_the_sentence_says_the_field_of_each_output(name):
    network = getattr(models.segmentation, name)(weights=None, weights_backbone=None, aux_loss=True)
    table = receptive_field(network, (3, 128, 128))
    for key in ("out", "aux"):
        assert f"{table.at(key).r_out} at {key}" in str(table)


@pytest.mark.parametrize("name", ["swin_t", "vit_b_16"])
def test_rows_have_the_units_and_channels_that_hooks_read(name):
    network, shapes = build(name, "cpu").eval(), {}
    for layer, module in network.named_modules():
        module.register_forward_hook(lambda module, given, out, layer=layer: shapes.setdefault(layer, out))
    table = receptive_field(network, (3, 224, 224))
    shapes.clear()
    with torch.no_grad():
        network(torch.zeros(1, 3, 224, 224))
    compared = 0
    for row in table:
        out = shapes.get(row.name)
        if torch.is_tensor(out) and out.dim() > 2:
            units = row.n_out if isinstance(row.n_out, tuple) else (row.n_out,) * (out.dim() - 2)
            assert sorted((*units, row.ch_out)) == sorted(out.shape[1:]), row
            compared += 1
    assert compared > 90


def test_transformers():
    table = receptive_field(build("vit_b_16"), (3, 224, 224))
    assert (table.at("conv_proj").n_out, table.at("conv_proj").j_out, table.at("conv_proj").r_out) == (14, 16, 16)
    first = table.at("encoder.layers.encoder_layer_0.self_attention")
    assert first.shape == (197,) and first.r_image == 224 and first.j_out is None
    assert table.interval("encoder.layers.encoder_layer_0.ln_1", 1 + 14) == ((16, 31), (0, 15))
    assert table.interval("encoder.layers.encoder_layer_0.ln_1", 0) == (None, None)  # the class token


def test_windows_of_a_shifted_window_transformer():
    network = models.SwinTransformer([4, 4], 8, [2, 2], [2, 2], [7, 7])
    table = receptive_field(network, (3, 224, 224))
    assert table.interval("features.1.0", (0, 0)) == ((0, 27), (0, 27))  # one window of 7 patches
    assert table.interval("features.1.1", (0, 0)) == ((0, 27), (0, 27))  # shifted, but not around the border
    assert table.interval("features.1.1", (5, 5)) == ((0, 55), (0, 55))  # shifted: four windows
    assert table.at("features.3.1").notes == ()


def test_detection_is_a_named_error_or_a_table():
    with torch.device("meta"):
        network = models.detection.ssdlite320_mobilenet_v3_large(weights=None, weights_backbone=None)
    with pytest.raises(ValueError) as caught:  # it takes lists of images and returns boxes
        receptive_field(network, (3, 96, 96))
    assert isinstance(caught.value, UnknownOperation) or "cannot be run" in str(caught.value)


def test_the_advice_for_a_detector_works_to_the_letter():
    """A detector's boxes are chosen by the image's values; its backbone has a table, as the message says."""
    torch.manual_seed(0)
    backbone = nn.Sequential(nn.Conv2d(3, 8, 7, 2, 3), nn.ReLU())
    backbone.out_channels = 8
    anchors = models.detection.anchor_utils.AnchorGenerator(((32,),), ((1.0,),))
    network = models.detection.RetinaNet(backbone, 2, min_size=64, max_size=64, anchor_generator=anchors).eval()
    with pytest.raises(UnknownOperation) as caught:
        receptive_field(network, (3, 64, 64))
    message = str(caught.value)
    assert "receptive_field(network.backbone" in message
    try:
        exec("\n".join(line[4:] for line in message.splitlines() if line.startswith("    ")), {"network": network})
        with pytest.raises(ValueError, match=r"(?s)only empty tensors.*receptive_field\(network\.backbone"):
            receptive_field(network, (3, 64, 64))  # nothing is found by weights that were never trained
    finally:
        rule.remove(type(network))
    assert receptive_field(network.backbone, (3, 64, 64)).at("").r_out == 7


def small_swin():
    return models.SwinTransformer([4, 4], 8, [2, 2], [2, 2], [3, 3], num_classes=3)


def small_convnext():
    setting = models.convnext.CNBlockConfig
    return models.ConvNeXt([setting(8, 12, 1), setting(12, None, 1)], num_classes=3)


def small_regnet():
    params = models.regnet.BlockParams(depths=[1, 1], widths=[8, 16], group_widths=[8, 8],
                                       bottleneck_multipliers=[1.0, 1.0], strides=[2, 2], se_ratio=0.25)
    return models.RegNet(params, num_classes=3, stem_width=8)


SMALL = {
    "alexnet": (lambda: models.alexnet().features, 64),
    "vgg": (lambda: models.VGG(
        models.vgg.make_layers([4, "M", 8, "M", 8, 8, "M", 8, 8, "M"])).features, 40),
    "resnet basic": (lambda: models.ResNet(models.resnet.BasicBlock, [1, 1, 1, 1], 3), 33),
    "resnet bottleneck": (lambda: models.ResNet(models.resnet.Bottleneck, [1, 2, 1, 1], 3, width_per_group=8), 33),
    "squeezenet": (lambda: models.squeezenet1_1(), 40),
    "mobilenet v2": (lambda: models.mobilenet_v2(width_mult=0.25).features[:9], 33),
    "mobilenet v3": (lambda: models.mobilenet_v3_small(width_mult=0.5), 40),
    "densenet": (lambda: models.DenseNet(8, (2, 2, 2), 8, num_classes=3), 40),
    "googlenet": (lambda: nn.Sequential(*list(models.googlenet(init_weights=False).children())[:8]), 32),
    "shufflenet": (lambda: models.shufflenet_v2_x0_5(), 40),
    "mnasnet": (lambda: models.MNASNet(0.25), 33),
    "efficientnet": (lambda: models.efficientnet_b0().features[:4], 32),
    "convnext": (small_convnext, 36),
    "regnet": (small_regnet, 36),
    "vit": (lambda: models.VisionTransformer(24, 6, 2, 2, 8, 16), 24),
    "swin": (small_swin, 40),
}


@pytest.mark.parametrize("name", SMALL)
def test_agreement_with_the_oracle_at_a_feasible_size(name):
    """Every unit of every module; several are the library's own classes with fewer channels or stages."""
    make, side = SMALL[name]
    torch.manual_seed(0)
    network = make()
    size = (3, side, side)
    assert brute_force.check(network, size, receptive_field(network, size)) == []


# TF-Slim's networks, whose fields Araujo, Norris and Sim published (Distill 2019), as modules --------

class SlimUnit(nn.Module):
    """A bottleneck of TF-Slim's ResNet v1: the stride is on its 3x3 convolution, the shortcut is subsampled."""

    def __init__(self, ch_in, ch_out, stride):
        super().__init__()
        self.conv1, self.conv3 = nn.Conv2d(ch_in, 2, 1), nn.Conv2d(2, ch_out, 1)
        self.conv2 = nn.Conv2d(2, 2, 3, stride, 1)
        self.shortcut = nn.MaxPool2d(1, stride) if ch_in == ch_out else nn.Conv2d(ch_in, ch_out, 1, stride)

    def forward(self, x):
        return torch.relu(self.conv3(torch.relu(self.conv2(torch.relu(self.conv1(x))))) + self.shortcut(x))


def slim_resnet(units):
    """Each block strides in its last unit; the last block not at all."""
    layers, channels = [nn.Conv2d(3, 4, 7, 2, 3), nn.MaxPool2d(3, 2, 1)], 4
    for block, count in enumerate(units):
        for unit in range(count):
            layers.append(SlimUnit(channels, 4 + block, 2 if unit == count - 1 and block < 3 else 1))
            channels = 4 + block
    return nn.Sequential(*layers)


def slim_mobilenet():
    layers, channels = [nn.Conv2d(3, 4, 3, 2, 1)], 4
    for stride in (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1):
        layers += [nn.Conv2d(channels, channels, 3, stride, 1, groups=channels), nn.Conv2d(channels, 4, 1)]
    return nn.Sequential(*layers)


def slim_alexnet():
    return nn.Sequential(nn.Conv2d(3, 4, 11, 4), nn.MaxPool2d(3, 2), nn.Conv2d(4, 4, 5, padding=2), nn.MaxPool2d(3, 2),
                         *(nn.Conv2d(4, 4, 3, padding=1) for _ in range(3)), nn.MaxPool2d(3, 2))


def slim_vgg():
    return models.VGG(models.vgg.make_layers([2, 2, "M", 2, 2, "M", *([2] * 3 + ["M"]) * 3])).features


@pytest.mark.parametrize("make, field", [
    (slim_alexnet, 195), (slim_vgg, 212), (slim_mobilenet, 315), (partial(slim_resnet, (3, 4, 6, 3)), 483),
    (partial(slim_resnet, (3, 4, 23, 3)), 1027), (partial(slim_resnet, (3, 8, 36, 3)), 1507)])
def test_published_fields(make, field):
    with torch.device("meta"):
        network = make()
    table = receptive_field(network, (3, 224, 224))
    assert table.at("").r_out == field
    assert not any("misaligned" in note for row in table for note in row.notes)
