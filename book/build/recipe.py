import gzip

import torch
from torch import nn, optim
from torch.nn import functional as F
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn as ema

SEED, IMAGES, EPOCHS = 0, 60_000, 15
torch.manual_seed(SEED)


def digits(part):
    images = bytearray(gzip.open(f"{part}-images-idx3-ubyte.gz").read())[16:]
    labels = bytearray(gzip.open(f"{part}-labels-idx1-ubyte.gz").read())[8:]
    images = torch.frombuffer(images, dtype=torch.uint8).view(-1, 1, 28, 28) / 255
    return images, torch.frombuffer(labels, dtype=torch.uint8).long()


def change(x):  # turn by up to 0.175 (10 degrees), shear by 0.087, scale and shift by 0.1
    most = torch.tensor([0.175, 0.087, 0.1, 0.1, 0.1]).view(5, 1)
    turn, shear, scale, right, down = most * (2 * torch.rand(5, len(x)) - 1)
    maps = torch.stack([1 + scale, shear - turn, right, turn, 1 + scale, down], 1)
    places = F.affine_grid(maps.view(-1, 2, 3), x.shape, align_corners=False)
    return F.grid_sample(x, places, mode="nearest", align_corners=False)


def layer(before, after):
    return nn.Conv2d(before, after, 3, bias=False), nn.BatchNorm2d(after), nn.ReLU()


(x, y), (test_x, test_y) = digits("train"), digits("t10k")
network = nn.Sequential(*layer(1, 8), *layer(8, 8), nn.MaxPool2d(2),
                        *layer(8, 14), *layer(14, 14), *layer(14, 14), *layer(14, 14),
                        nn.AdaptiveAvgPool2d(1), nn.Conv2d(14, 10, 1), nn.Flatten())
average = AveragedModel(network, multi_avg_fn=ema(0.995), use_buffers=True).eval()
optimizer = optim.SGD(network.parameters(), 0.2, momentum=0.9, nesterov=True, weight_decay=1e-4)
last = EPOCHS * -(-IMAGES // 128)
schedule = optim.lr_scheduler.LambdaLR(
    optimizer, lambda i: min((i + 1) / (0.2 * last), (last - i) / (0.8 * last)))

for epoch in range(1, EPOCHS + 1):
    for part in torch.randperm(IMAGES).split(128):
        loss = F.cross_entropy(network(change(x[part])), y[part])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        average.update_parameters(network)
    with torch.no_grad():
        answers = torch.cat([average(images).argmax(1) for images in test_x.split(500)])
    print(f"epoch {epoch}: {(answers == test_y).float().mean():.2%}")
