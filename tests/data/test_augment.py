"""mnist_lib.data.augment and mnist_lib.data.warp against torchvision.transforms.v2, image by image."""

import dataclasses
import pickle

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch._subclasses.fake_tensor import DataDependentOutputException, FakeTensorMode

from mnist_lib.data import augment
from mnist_lib.data.augment import (
    CenterCrop,
    ColorJitter,
    Normalize,
    RandomAffine,
    RandomApply,
    RandomPerspective,
    RandomRotation,
    Resize,
    ToTensor,
)
from mnist_lib.data.loading import mnist
from mnist_lib.data.torchvision_import import import_torchvision

import_torchvision()
from torchvision.transforms import v2  # noqa: E402
from torchvision.transforms.functional import to_tensor  # noqa: E402
from torchvision.transforms.v2 import functional as F  # noqa: E402

SIZE = (28, 28)
CORNERS = [[0, 0], [27, 0], [27, 27], [0, 27]]
ALL = (
    RandomRotation(7, fill=1),
    RandomAffine(7, translate=(0.1, 0.1), scale=(0.8, 1.2), shear=10),
    RandomPerspective(0.3, p=0.5),
    ColorJitter(brightness=0.4, contrast=0.4, saturation=0.4, hue=0.1),
    RandomApply((CenterCrop(24), Resize(28)), p=0.1),
)


@pytest.fixture(scope="module")
def digits():
    return mnist("test").images[:400]


@pytest.fixture(scope="module", params=["uint8", "float", "normalized"])
def images(request, digits):
    """The same digits at the three points of a pipeline where a transform may stand."""
    steps = {"uint8": (), "float": (ToTensor(),), "normalized": (ToTensor(), Normalize())}[request.param]
    return augment.apply(steps, digits)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def draw(transform, batch, seed=0):
    return transform.draw(batch, SIZE, seeded(seed), torch.device("cpu"))


def assert_same(result, expected, interpolated=False):
    """Equal bit for bit, but for a pixel in 100,000: a place halfway between two pixels may fall to
    either side where another processor multiplies and adds in one rounding instead of two. A mean of
    four pixels moves with its place, so there such a rounding shows everywhere, in last digits."""
    expected = torch.stack(expected)
    assert result.dtype == expected.dtype and result.shape == expected.shape
    rounding = 4e-5 if interpolated and result.is_floating_point() else 0  # a hundredth of a grey level
    assert ((result - expected).abs() > rounding).sum().item() <= max(1, result.numel() / 100_000)


# ---- the same parameters give the same images ----------------------------------------------------


def turned(transform):
    return lambda image, drawn, i: F.rotate(image, drawn["angle"][i].item(), fill=transform.fill)


def moved(transform):
    return lambda image, drawn, i: F.affine(
        image, drawn["angle"][i].item(), [int(t) for t in drawn["translate"][i]], drawn["scale"][i].item(),
        drawn["shear"][i].tolist(), v2.InterpolationMode(transform.interpolation), transform.fill)


def tilted(transform):
    return lambda image, drawn, i: F.perspective(
        image, CORNERS, drawn["endpoints"][i].tolist(), fill=transform.fill) if drawn["chosen"][i] else image


TURNS = [RandomRotation(degrees, fill=fill) for degrees in (7, 180, (-700, 700)) for fill in (0, 1, 0.5)]
TURNS += [RandomRotation((angle, angle)) for angle in (-360.0, -90.0, 0.0, 45.0, 90.0, 180.0, 270.0, 360.0)]
MOVES = [dataclasses.replace(transform, fill=fill, interpolation=interpolation)
         for interpolation in ("nearest", "bilinear") for fill in (0, 1) for transform in (
             RandomAffine(7, translate=(0.1, 0.1), scale=(0.8, 1.2), shear=10),
             RandomAffine(180, translate=(0.5, 0), shear=(-10, 30, 5, 20)), RandomAffine(0, scale=(0.2, 3)))]
TILTS = [RandomPerspective(distortion, p=0.5, fill=fill) for distortion in (0.0, 0.3, 0.5) for fill in (0, 1)]


@pytest.mark.parametrize("transform, theirs", [(one, make) for some, make in (
    (TURNS, turned), (MOVES, moved), (TILTS, tilted)) for one in some],
    ids=lambda one: getattr(one, "__name__", repr(one)[:80]))
def test_the_same_parameters_give_torchvision_s_images(images, transform, theirs):
    drawn, image_of = draw(transform, len(images)), theirs(transform)
    assert_same(transform.apply(images, drawn), [image_of(image, drawn, i) for i, image in enumerate(images)],
                interpolated=theirs is tilted or getattr(transform, "interpolation", "") == "bilinear")


@given(angle=st.floats(-200, 200), shift=st.tuples(st.integers(-28, 28), st.integers(-28, 28)),
       scale=st.floats(0.1, 5), shear=st.tuples(st.floats(-60, 60), st.floats(-60, 60)))  # fmt: skip
@settings(max_examples=100)
def test_affine_equals_torchvision_for_any_parameters(digits, angle, shift, scale, shear):
    given = {"angle": angle, "translate": shift, "scale": scale, "shear": shear}
    drawn = {name: torch.tensor([value], dtype=torch.float64) for name, value in given.items()}
    result = RandomAffine(0).apply(digits[:1], drawn)
    assert_same(result, [F.affine(digits[0], angle, list(shift), scale, list(shear), fill=0)])


def test_perspective_of_collapsed_corners_is_finite(digits):
    images = ToTensor()(digits)
    corner = torch.tensor([[14, 14]] * 4).expand(len(images), 4, 2)
    drawn = {"chosen": torch.ones(len(images), dtype=torch.bool), "endpoints": corner}
    assert RandomPerspective(1.0, p=1.0).apply(images, drawn).isfinite().all()
    assert RandomPerspective(1.0, p=1.0)(images, seeded()).isfinite().all()


def torchvision_jitter(image, drawn, i):
    for operation in drawn["order"][i].tolist():
        if operation == 0:
            image = F.adjust_brightness(image, drawn["brightness_factor"][i].item())
        if operation == 1:
            image = F.adjust_contrast(image, drawn["contrast_factor"][i].item())
        if operation == 2:
            image = F.adjust_saturation(image, 1.7)  # whatever the factor, a grey image stays
        if operation == 3:
            image = F.adjust_hue(image, 0.4)
    return image


def test_jitter_of_bytes_equals_torchvision(digits):
    transform = ColorJitter(brightness=0.4, contrast=0.9, saturation=0.4, hue=0.1)
    drawn = draw(transform, len(digits))
    expected = [torchvision_jitter(image, drawn, i) for i, image in enumerate(digits)]
    assert_same(transform.apply(digits, drawn), expected)


def test_jitter_of_floats_equals_torchvision(digits):
    images = ToTensor()(digits)
    transform = ColorJitter(brightness=0.4, contrast=0.9)
    drawn = draw(transform, len(images))
    expected = torch.stack([torchvision_jitter(image, drawn, i) for i, image in enumerate(images)])
    # a mean of floats depends on the order of its sum
    torch.testing.assert_close(transform.apply(images, drawn), expected, rtol=0, atol=3e-7)


@pytest.mark.parametrize("size", [24, (20, 26), 28, 32])
def test_center_crop_and_resize_equal_torchvision(images, size):
    shape = [size, size] if isinstance(size, int) else list(size)
    assert_same(CenterCrop(size)(images), [F.center_crop(image, shape) for image in images])
    assert_same(Resize(size)(images), [F.resize(image, shape, antialias=True) for image in images])


def test_to_tensor_and_normalize_equal_torchvision(digits):
    # ToTensor divides by 255, in v2 too; v2's to_dtype multiplies by 1/255, which rounds differently
    expected = [F.normalize(to_tensor(d[0].numpy()), [0.1307], [0.3081]) for d in digits]
    assert_same(augment.apply((ToTensor(), Normalize()), digits), expected)


def test_random_apply_of_crop_and_resize_equals_the_sources_pipeline(digits):
    """The source crops a tenth of the images and resizes all of them."""
    transform = RandomApply((CenterCrop(24), Resize(28)), p=0.1)
    drawn = draw(transform, len(digits))
    chosen = drawn["chosen"].tolist()
    cropped = [F.center_crop(d, [24, 24]) if c else d for d, c in zip(digits, chosen, strict=True)]
    expected = [F.resize(image, [28, 28]) for image in cropped]
    assert_same(transform.apply(digits, drawn), expected)
    assert 0 < sum(chosen) < len(chosen)


def test_random_apply_draws_inner_parameters_for_the_inner_size(digits):
    inner = RandomAffine(0, translate=(1, 1))
    drawn = draw(RandomApply((Resize(4), inner, Resize(28)), p=1), 2000)
    assert drawn["inner"][1]["translate"].abs().max() == 4


def test_rotation_after_normalize_fills_with_grey():
    black = torch.zeros(1, 1, 28, 28, dtype=torch.uint8)
    turned = augment.apply((ToTensor(), Normalize(), RandomRotation((45, 45), fill=0)), black)
    assert turned[0, 0, 0, 0] == 0  # 0.1307 of white before normalization
    assert turned[0, 0, 14, 14].item() == pytest.approx(-0.1307 / 0.3081)


# ---- parameters are drawn as torchvision draws them ------------------------------------------------


def torchvision_draws(transform, count):
    image = torch.zeros(1, *SIZE)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        return [transform.make_params([image]) for _ in range(count)]


def assert_same_distribution(ours, theirs):
    """Both samples share support and, by the two-sample Kolmogorov-Smirnov test at 0.1 %, distribution."""
    ours, theirs = ours.double().flatten().sort()[0], theirs.double().flatten().sort()[0]
    points = torch.cat((ours, theirs)).unique()
    gap = torch.searchsorted(ours, points, right=True) / len(ours)
    gap = gap - torch.searchsorted(theirs, points, right=True) / len(theirs)
    assert gap.abs().max() < 1.95 * (1 / len(ours) + 1 / len(theirs)) ** 0.5


def test_angles_are_distributed_as_torchvisions():
    theirs = torch.tensor([p["angle"] for p in torchvision_draws(v2.RandomRotation((-7, 12)), 4000)])
    ours = draw(RandomRotation((-7, 12)), 20_000)["angle"]
    assert -7 <= ours.min() < -6.9 and 11.9 < ours.max() <= 12
    assert_same_distribution(ours, theirs)


@pytest.mark.parametrize("name", ["angle", "translate", "scale", "shear"])
def test_affine_parameters_are_distributed_as_torchvisions(name):
    arguments = dict(degrees=7, translate=(0.1, 0.3), scale=(0.8, 1.2), shear=(-10, 10, 5, 6))
    theirs = torch.tensor([p[name] for p in torchvision_draws(v2.RandomAffine(**arguments), 4000)])
    ours = draw(RandomAffine(**arguments), 20_000)[name]
    for one, other in zip(ours.view(20_000, -1).T, theirs.view(4000, -1).T, strict=True):
        assert_same_distribution(one, other)


def test_translations_are_whole_pixels_over_the_full_range():
    shift = draw(RandomAffine(0, translate=(0.1, 0.2)), 20_000)["translate"]
    assert shift[:, 0].unique().tolist() == [-3, -2, -1, 0, 1, 2, 3]  # 2.8 rounds to 3
    assert shift[:, 1].unique().tolist() == list(range(-6, 7))
    outermost = (shift[:, 0].abs() == 3).double().mean()
    assert outermost.item() == pytest.approx(0.3 / 2.8, abs=0.01)  # only 2.5 to 2.8 rounds there


def test_corners_are_distributed_as_torchvisions():
    transform = v2.RandomPerspective(0.3, p=1)
    with pytest.MonkeyPatch.context() as patch:  # torchvision keeps only coefficients: keep the corners
        patch.setattr("torchvision.transforms.v2._geometry._get_perspective_coeffs", lambda start, end: end)
        theirs = torch.tensor([p["coefficients"] for p in torchvision_draws(transform, 4000)])
    drawn = draw(RandomPerspective(0.3, p=0.25), 20_000)
    ours = drawn["endpoints"]
    for corner in range(4):
        for axis in range(2):
            assert ours[:, corner, axis].unique().tolist() == theirs[:, corner, axis].unique().tolist()
            assert_same_distribution(ours[:, corner, axis], theirs[:, corner, axis])
    assert drawn["chosen"].double().mean().item() == pytest.approx(0.25, abs=0.015)


def test_jitter_factors_and_orders_are_distributed_as_torchvisions():
    arguments = dict(brightness=0.4, contrast=(0.2, 3))
    theirs = torchvision_draws(v2.ColorJitter(**arguments), 4000)
    drawn = draw(ColorJitter(**arguments), 20_000)
    for name in ("brightness_factor", "contrast_factor"):
        assert_same_distribution(drawn[name], torch.tensor([p[name] for p in theirs]))
    orders, counts = drawn["order"].unique(dim=0, return_counts=True)
    assert len(orders) == 24 and (counts / 20_000 - 1 / 24).abs().max() < 0.006


@pytest.mark.parametrize("p, share", [(0, 0), (1, 1)])
def test_p_of_zero_is_never_and_of_one_always(p, share):
    assert draw(RandomApply((CenterCrop(24), Resize(28)), p=p), 1000)["chosen"].double().mean() == share
    assert draw(RandomPerspective(0.3, p=p), 1000)["chosen"].double().mean() == share


# ---- randomness is the generator's ------------------------------------------------------------------


@pytest.mark.parametrize("transform", ALL, ids=lambda t: type(t).__name__)
def test_the_generator_decides_and_the_global_one_is_not_touched(transform, digits):
    before = torch.get_rng_state()
    first = transform(digits, seeded(5))
    torch.manual_seed(123)
    again, other = transform(digits, seeded(5)), transform(digits, seeded(6))
    torch.set_rng_state(before)
    assert torch.equal(first, again) and not torch.equal(first, other)
    transform(digits, seeded())
    assert torch.equal(before, torch.get_rng_state())


def test_without_a_generator_the_global_one_decides(digits):
    with torch.random.fork_rng():
        torch.manual_seed(3)
        first = augment.apply(ALL, digits)
        torch.manual_seed(3)
        assert torch.equal(first, augment.apply(ALL, digits))


def test_images_of_a_batch_get_different_parameters(digits):
    same = digits[:1].expand(64, -1, -1, -1)
    for transform in ALL[:4]:
        assert len(transform(same, seeded()).unique(dim=0)) > 25


def test_images_are_not_changed_in_place(digits):
    copy = digits.clone()
    augment.apply((*ALL, ToTensor(), Normalize()), digits, seeded())
    assert torch.equal(copy, digits)


@pytest.mark.parametrize("transform", ALL, ids=lambda t: type(t).__name__)
def test_no_value_is_read_back_to_the_host(transform):
    """Tensors without values raise where one is asked for: .item(), an `if`, indexing with a mask."""
    with FakeTensorMode():
        images = torch.empty(8, 1, 28, 28, dtype=torch.uint8)
        with pytest.raises(DataDependentOutputException):
            images.sum().item()
        assert transform(images).shape == images.shape


# ---- as data ------------------------------------------------------------------------------------------


def test_repr_is_faithful_and_spellings_are_one():
    for transform in (*ALL, ToTensor(), Normalize()):
        assert eval(repr(transform)) == transform
        assert hash(pickle.loads(pickle.dumps(transform))) == hash(transform)
    assert repr(RandomRotation(7, fill=(1,))) == "RandomRotation(degrees=(-7.0, 7.0), fill=1.0)"
    assert repr(ToTensor()) == "ToTensor()"
    assert RandomRotation((-7.0, 7.0)) == RandomRotation(7) != RandomRotation(7, fill=1)
    assert Normalize((0.1307,), (0.3081,)) == Normalize()
    assert CenterCrop([24, 24]) == CenterCrop(24)
    assert ColorJitter(hue=0.1).hue == (-0.1, 0.1) and ColorJitter(brightness=1.5).brightness == (0.0, 2.5)
    assert ColorJitter(brightness=0) == ColorJitter()


@pytest.mark.parametrize("make, problem", [
    (lambda: RandomRotation(-7), "degrees, given as one number, must not be negative"),
    (lambda: RandomRotation((7, -7)), "degrees must increase from low to high"),
    (lambda: RandomRotation("7"), "degrees must be a sequence of 2 numbers"),
    (lambda: RandomRotation((1, 2, 3)), "degrees must be a sequence of 2 numbers"),
    (lambda: RandomRotation(float("nan")), "degrees must be"),
    (lambda: RandomRotation(7, fill=(1, 2)), "fill must be a number"),
    (lambda: RandomRotation(7, fill=None), "fill must be a number"),
    (lambda: RandomAffine(7, translate=0.1), "translate must be a sequence of 2 numbers"),
    (lambda: RandomAffine(7, interpolation="cubic"), "interpolation must be .nearest. or .bilinear."),
    (lambda: RandomAffine(7, translate=(0.1, 1.1)), "translate must lie between 0 and 1"),
    (lambda: RandomAffine(7, scale=(0, 1)), "scale must be positive"),
    (lambda: RandomAffine(7, scale=(1.2, 0.8)), "scale must be positive and increasing"),
    (lambda: RandomAffine(7, shear=(1, 2, 3)), "shear must be a sequence of 2 or 4 numbers"),
    (lambda: RandomAffine(7, shear=(1, 2, 4, 3)), "shear must increase"),
    (lambda: RandomPerspective(1.5), "distortion_scale must lie between 0 and 1"),
    (lambda: RandomPerspective(0.5, p=2), "p must lie between 0 and 1"),
    (lambda: ColorJitter(brightness=-1), "brightness, given as one number, must not be negative"),
    (lambda: ColorJitter(contrast=(2, 1)), "contrast must increase within"),
    (lambda: ColorJitter(hue=0.6), "hue must increase within"),
    (lambda: ColorJitter(saturation="much"), "saturation must be a sequence of 2 numbers"),
    (lambda: Normalize(std=0), "std must be positive"),
    (lambda: CenterCrop(0), "size must be a positive whole number"),
    (lambda: Resize(28.0), "size must be a positive whole number"),
    (lambda: Resize((28, 28, 1)), "size must be a positive whole number"),
    (lambda: RandomApply((), 0.1), "at least one transform"),
    (lambda: RandomApply(CenterCrop(24), 0.1), "at least one transform"),
    (lambda: RandomApply((CenterCrop(24),), -0.1), "p must lie between 0 and 1"),
])  # fmt: skip
def test_bad_arguments_are_named(make, problem):
    with pytest.raises(ValueError, match=problem):
        make()


def test_misplaced_transforms_say_so(digits):
    with pytest.raises(TypeError, match="is it there twice"):
        augment.apply((ToTensor(), ToTensor()), digits)
    with pytest.raises(TypeError, match=r"put ToTensor\(\) before it"):
        Normalize()(digits)
    with pytest.raises(ValueError, match="add what undoes it, such as Resize"):
        RandomApply((CenterCrop(24),), p=0.1)(digits)
    with pytest.raises(ValueError, match=r"expected images \(B, C, H, W\), got shape \(28, 28\)"):
        RandomRotation(7)(digits[0, 0])
    with pytest.raises(ValueError, match="expected one channel, got 3"):
        ColorJitter(0.4)(digits.expand(-1, 3, -1, -1))
    with pytest.raises(NotImplementedError, match="Transform must define apply"):
        augment.Transform()(digits)
