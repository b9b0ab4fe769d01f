"""MNIST and Fashion-MNIST: found, checked, loaded, and the transforms that work on whole batches of them.

In go the four files of a data set, wherever they are; out come two uint8 tensors on the device (``mnist``,
``fashion_mnist``) and random image transforms with other parameters for each image. Looks into no other room.
"""

from mnist_lib import door

__all__, __getattr__, __dir__ = door(__name__, {
    "augment": "augment CenterCrop ColorJitter Normalize RandomAffine RandomApply RandomPerspective "
               "RandomRotation Resize ToTensor apply",
    "data_sets": "DATA_SETS DataSet FASHION_MNIST HELD_OUT MNIST",
    "loading": "data_folders fashion_mnist mnist",
    "torchvision_import": "import_torchvision",
    "warp": "affine inverse_affine",
})
