"""Batches of scenes with their first prompts: half of the prompts of a picture are boxes, half are clicks."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import IterableDataset

from .drawn import draw
from .scenes import Mask, Scene, Sources, cached_scene

STRIDE = 4
NOWHERE = 0.3  # of the clicks go where nothing lies, if that is known; their truth is empty


@dataclass
class Batch:
    """`pictures`: uint8 [i, 3, S, T]. `truth`: uint8 [i, k, S / 4, T / 4], 0..255 for how much of each cell is mask. Of each picture's k
    prompts the first half are boxes. `edges`: uint8 [i, S / 4, T / 4], 255 where a border of any mask of the scene runs. `xy`: float [i, k, 2, 2] pixels, `labels`: float [i, k, 2]: two corners (2, 3), or a click and padding."""

    pictures: Tensor
    truth: Tensor
    xy: Tensor
    labels: Tensor
    edges: Tensor


def edges_of(masks: list[Mask]) -> NDArray[np.uint8]:
    """Where borders run: bool [h, w] masks -> uint8 [h / 4, w / 4], 0 or 255."""
    border = np.zeros(masks[0].shape, bool)
    for mask in masks:
        border[:, 1:] |= mask[:, 1:] != mask[:, :-1]
        border[1:] |= mask[1:] != mask[:-1]
    h, w = border.shape
    return border.reshape(h // STRIDE, STRIDE, w // STRIDE, STRIDE).any((1, 3)).astype(np.uint8) * 255


def deepest(mask: Mask) -> tuple[int, int]:
    """The pixel x, y farthest from the mask's edge; the picture's border counts as edge."""
    distance = cv2.distanceTransform(np.pad(mask, 1).astype(np.uint8), cv2.DIST_L2, 5)
    y, x = np.unravel_index(int(distance.argmax()), distance.shape)
    return int(x) - 1, int(y) - 1


def click_on(mask: Mask, rng: np.random.Generator) -> tuple[int, int]:
    """Mostly the deepest pixel, at times any."""
    if rng.random() < 0.6:
        return deepest(mask)
    return anywhere(mask, rng)


def anywhere(mask: Mask, rng: np.random.Generator) -> tuple[int, int]:
    at = np.flatnonzero(mask)
    y, x = divmod(int(at[rng.integers(len(at))]), mask.shape[1])
    return x, y


def box_around(mask: Mask, rng: np.random.Generator) -> tuple[float, float, float, float]:
    """Half-open; half of them with SAM's noise: a tenth of the side as deviation, at most 20 pixels."""
    ys, xs = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    box = np.array([xs[0], ys[0], xs[-1] + 1, ys[-1] + 1], np.float64)
    if rng.random() < 0.4:
        size = np.array([box[2] - box[0], box[3] - box[1]] * 2)
        box = box + np.clip(rng.normal(0, 0.1, 4) * size, -20, 20)
        limit = np.array([mask.shape[1], mask.shape[0]] * 2)
        box = np.clip(box, 0, limit)
    return tuple(float(v) for v in box)


def prompts_of(scene: Scene, count: int, rng: np.random.Generator) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32]]:
    """truth [count, h / 4, w / 4], xy [count, 2, 2], labels [count, 2] for `count` draws of the scene's masks."""
    share = np.array(scene.weights) / sum(scene.weights)
    many = len(share) >= count
    picks = rng.choice(len(share), count, replace=not many, p=share)
    h, w = scene.masks[0].shape
    truth = np.zeros((count, h // STRIDE, w // STRIDE), np.uint8)
    xy, labels = np.zeros((count, 2, 2), np.float32), np.zeros((count, 2), np.float32)
    for k, pick in enumerate(picks):
        if k >= count // 2 and scene.free is not None and rng.random() < NOWHERE and scene.free.any():
            xy[k, 0], labels[k] = anywhere(scene.free, rng), (1, -1)
            continue
        mask = scene.masks[pick]
        truth[k] = cv2.resize(mask.astype(np.uint8) * 255, (w // STRIDE, h // STRIDE), interpolation=cv2.INTER_AREA)
        if k < count // 2:
            xy[k], labels[k] = np.array(box_around(mask, rng)).reshape(2, 2), (2, 3)
        else:
            xy[k, 0], labels[k] = click_on(mask, rng), (1, -1)
    return truth, xy, labels


Example = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32], NDArray[np.uint8]]


def example(scene: Scene, prompts: int, rng: np.random.Generator) -> Example:
    """A row of a batch."""
    return scene.picture.transpose(2, 0, 1), *prompts_of(scene, prompts, rng), edges_of(scene.masks)


def batch_of(examples: list[Example]) -> Batch:
    return Batch(*(torch.from_numpy(np.stack([row[i] for row in examples])) for i in range(5)))


class Batches(IterableDataset[Batch]):
    """Endless batches; the same seed gives the same ones. `drawn`: the share of our own scenes, all where there is no cache; of the others
    `photographs` are without cut-outs."""

    def __init__(self, cache: Path | None, images: int, prompts: int, side: int, photographs: float, drawn: float, seed: int) -> None:
        self.cache, self.images, self.prompts, self.side, self.photographs, self.drawn, self.seed = cache, images, prompts, side, photographs, drawn, seed

    def __iter__(self) -> Iterator[Batch]:
        cv2.setNumThreads(1)
        torch.set_num_threads(1)
        worker = torch.utils.data.get_worker_info()
        rng = np.random.default_rng((self.seed, 0 if worker is None else worker.id))
        sources = None if self.cache is None else Sources(self.cache)
        while True:
            yield self.draw(sources, rng)

    def draw(self, sources: Sources | None, rng: np.random.Generator) -> Batch:
        examples = []
        for _ in range(self.images):
            scene = draw(self.side, rng) if sources is None or rng.random() < self.drawn else cached_scene(sources, self.side, rng, self.photographs)
            examples.append(example(scene, self.prompts, rng))
        return batch_of(examples)
