"""Draws one training example: a picture and masks of things in it, from the cached photographs and cut-outs."""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from .hierarchy import Tree, lifetimes, members

Picture = NDArray[np.uint8]
Mask = NDArray[np.bool_]
SMALLEST, LARGEST = 0.003, 0.7  # of the picture's area, of a mask to train on
FAINTEST = 0.13  # how unlike its nearest neighbour a region must be


@dataclass
class Scene:
    """`picture`: RGB uint8 [h, w, 3]. `masks`: bool [h, w] each, none empty. `weights`: how readily each is picked. `free`: bool [h, w] where it is known
    that nothing of interest lies."""

    picture: Picture
    masks: list[Mask]
    weights: list[float]
    free: Mask | None = None


class Sources:
    """The caches, mapped into memory."""

    def __init__(self, cache: Path) -> None:
        self.photos, self.leaves = np.load(cache / 'photos.npy', mmap_mode='r'), np.load(cache / 'leaves.npy', mmap_mode='r')
        self.parents, self.heights = np.load(cache / 'parents.npy', mmap_mode='r'), np.load(cache / 'heights.npy', mmap_mode='r')
        self.pixels, self.index = np.memmap(cache / 'cutouts.bin', np.uint8, 'r'), np.load(cache / 'cutouts-index.npy')

    def cutout(self, i: int) -> Picture:
        """RGBA [h, w, 4]."""
        offset, h, w = (int(v) for v in self.index[i])
        return np.array(self.pixels[offset:offset + h * w * 4]).reshape(h, w, 4)


def photo_scene(sources: Sources, side: int, rng: np.random.Generator, most: int = 24) -> Scene:
    """A part of a photograph; masks are nodes of its tree that stay whole for long."""
    i = int(rng.integers(len(sources.photos)))
    full = sources.photos.shape[1]
    part = int(rng.integers(int(full * 0.6), full + 1))
    y, x = rng.integers(0, full - part + 1, 2)
    picture, leaves = np.array(sources.photos[i, y:y + part, x:x + part]), np.array(sources.leaves[i, y:y + part, x:x + part])
    picture = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA if part > side else cv2.INTER_LINEAR)
    leaves = resize_labels(leaves, side)
    if rng.random() < 0.5:
        picture, leaves = picture[:, ::-1], leaves[:, ::-1]
    if rng.random() < 0.1:
        picture, leaves = picture.transpose(1, 0, 2), leaves.T
    masks, weights = tree_masks(sources, i, leaves, rng, most)
    return Scene(np.ascontiguousarray(picture), masks, weights)


def resize_labels(labels: NDArray[np.uint16], side: int) -> NDArray[np.uint16]:
    """Nearest label at the centres of the new pixels."""
    at = ((np.arange(side) + 0.5) * labels.shape[0] / side).astype(np.int64)
    return labels[np.ix_(at, at)]


def tree_masks(sources: Sources, i: int, leaves: NDArray[np.uint16], rng: np.random.Generator, most: int) -> tuple[list[Mask], list[float]]:
    """Up to `most` distinct nodes of tree i, the longer-lived the likelier, over what is visible of its leaves."""
    parents = np.array(sources.parents[i])
    count = int((parents > -2).sum())
    tree = Tree(sources.leaves[i], parents[:count].astype(np.int32), np.array(sources.heights[i, :count], np.float32))
    n = (count + 1) // 2
    pixels = np.bincount(leaves.ravel(), minlength=n)[:n].astype(np.float32)
    inside = node_members(tree.parents, n)
    area = inside @ pixels / leaves.size
    life = lifetimes(tree)
    # what its nearest neighbour is unlike it by: low where there is no true border
    apart = np.zeros(count, np.float32)
    apart[tree.parents >= 0] = tree.heights[tree.parents[tree.parents >= 0]]
    fits = (area > SMALLEST) & (area < LARGEST) & (apart > FAINTEST) & (life > 0.005)
    nodes = np.flatnonzero(fits)
    if len(nodes) == 0:
        return [], []
    # few large nodes, many small ones: evened out over sizes
    weight = np.minimum(life[nodes], 0.15) * np.minimum(apart[nodes], 0.4) * area[nodes] ** 0.6
    # merging across what people drew costs 1 more: wholes that they drew come first, unions of several last
    made = tree.heights[nodes]
    weight *= np.where(made > 1, 0.3, np.where(apart[nodes] > 1, 3.0, 1.0))
    keys = np.log(rng.random(len(nodes)) + 1e-12) / weight
    masks, weights, taken = [], [], []
    for k in np.argsort(-keys):
        row = inside[nodes[k]]
        if any(alike(row, other, pixels) for other in taken):
            continue
        taken.append(row)
        masks.append(smooth(row[leaves]))
        weights.append(1.0)
        if len(masks) == most:
            break
    return masks, weights


def smooth(mask: Mask) -> Mask:
    """Without the pixels' width of ragged edge that the pieces have and people's outlines have not; as it was where little would be left."""
    rounded = cv2.medianBlur(mask.astype(np.uint8) * 255, 5) > 0
    return rounded if rounded.sum() > 0.8 * mask.sum() else mask


def node_members(parents: NDArray[np.int32], n: int) -> NDArray[np.bool_]:
    """As `hierarchy.members`, from the parents alone."""
    inside = np.zeros((len(parents), n), bool)
    inside[np.arange(n), np.arange(n)] = True
    for node, parent in enumerate(parents):
        if parent >= 0:
            inside[parent] |= inside[node]
    return inside


def alike(a: NDArray[np.bool_], b: NDArray[np.bool_], pixels: NDArray[np.float32]) -> bool:
    shared, either = pixels[a & b].sum(), pixels[a | b].sum()
    return bool(shared > 0.85 * either)


def composite_scene(sources: Sources, side: int, rng: np.random.Generator) -> Scene:
    """Cut-outs over a part of a photograph; masks are what is visible of each, of some of their unions, and of regions behind them."""
    scene = photo_scene(sources, side, rng, 6)
    canvas = scene.picture.astype(np.float32)
    if rng.random() < 0.4:
        canvas = cv2.GaussianBlur(canvas, (0, 0), float(rng.uniform(0.5, 3)))
    crowd = rng.random() < 0.2
    count = int(rng.integers(6, 16)) if crowd else int(rng.integers(1, 7))
    same = int(rng.integers(len(sources.index))) if crowd and rng.random() < 0.7 else -1
    visible: list[Mask] = []
    for _ in range(count):
        cut = sources.cutout(same if same >= 0 else int(rng.integers(len(sources.index))))
        size = side * (rng.uniform(0.08, 0.25) if crowd else np.exp(rng.uniform(np.log(0.1), np.log(0.95))))
        cut = varied(cut, size, rng)
        canvas, mask = paste(canvas, cut, rng)
        visible = [other & ~mask for other in visible]
        scene.masks = [other & ~mask for other in scene.masks]
        visible.append(mask)
    masks, weights = scene.masks + visible, [0.4] * len(scene.masks) + [1.0] * len(visible)
    if len(visible) > 1:
        whole = np.logical_or.reduce(visible)
        masks += [whole, ~whole]
        weights += [0.3, 0.3]
    return Scene(np.clip(canvas, 0, 255).astype(np.uint8), *big_enough(masks, weights))


def varied(cut: Picture, size: float, rng: np.random.Generator) -> Picture:
    """Scaled so that the longest side has `size` pixels, turned, mirrored, with other colours."""
    scale = size / max(cut.shape[:2])
    stretch = np.exp(rng.uniform(-0.2, 0.2))
    w, h = max(4, round(cut.shape[1] * scale * stretch)), max(4, round(cut.shape[0] * scale / stretch))
    cut = cv2.resize(cut, (w, h), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    if rng.random() < 0.5:
        cut = cut[:, ::-1]
    if rng.random() < 0.4:
        angle = float(rng.uniform(-180, 180) if rng.random() < 0.4 else rng.uniform(-25, 25))
        c, s = abs(np.cos(np.radians(angle))), abs(np.sin(np.radians(angle)))
        nw, nh = int(w * c + h * s) + 2, int(w * s + h * c) + 2
        turn = cv2.getRotationMatrix2D((w / 2, h / 2), angle, 1)
        turn[:, 2] += ((nw - w) / 2, (nh - h) / 2)
        cut = cv2.warpAffine(np.ascontiguousarray(cut), turn, (nw, nh))
    cut = np.ascontiguousarray(cut)
    if rng.random() < 0.5:
        colour = cut[..., :3].astype(np.float32)
        colour = 127 + (colour - 127) * rng.uniform(0.4, 1.1) + rng.uniform(-40, 40, 3) * (rng.random() < 0.7)
        if rng.random() < 0.4:
            shade = np.linspace(rng.uniform(0.5, 1), rng.uniform(0.7, 1.2), cut.shape[1])[None, :, None]
            colour = colour * shade
        cut[..., :3] = np.clip(colour, 0, 255)
    return cut


def paste(canvas: NDArray[np.float32], cut: Picture, rng: np.random.Generator) -> tuple[NDArray[np.float32], Mask]:
    """The canvas with the cut-out somewhere on it, perhaps partly outside, perhaps with a shadow; and the pixels that it covers."""
    side = canvas.shape[0]
    h, w = cut.shape[:2]
    y, x = int(rng.integers(-h // 3, side - h // 2 - h // 6 + 1)), int(rng.integers(-w // 3, side - w // 2 - w // 6 + 1))
    layer = np.zeros((side, side, 4), np.uint8)
    y0, x0, y1, x1 = max(0, y), max(0, x), min(side, y + h), min(side, x + w)
    if y1 > y0 and x1 > x0:
        layer[y0:y1, x0:x1] = cut[y0 - y:y1 - y, x0 - x:x1 - x]
    alpha = layer[..., 3].astype(np.float32) / 255
    if rng.random() < 0.3:
        dx, dy = rng.uniform(-0.06, 0.06, 2) * max(h, w)
        shadow = cv2.warpAffine(alpha, np.float32([[1, 0, dx], [0, 1, dy]]), (side, side))
        canvas = canvas * (1 - float(rng.uniform(0.2, 0.6)) * cv2.GaussianBlur(shadow, (0, 0), max(0.5, 0.02 * max(h, w))))[..., None]
    mask = alpha > 0.5
    if rng.random() < 0.5:
        alpha = cv2.GaussianBlur(alpha, (0, 0), float(rng.uniform(0.4, 1.2)))
    return canvas * (1 - alpha[..., None]) + layer[..., :3] * alpha[..., None], mask


def big_enough(masks: list[Mask], weights: list[float]) -> tuple[list[Mask], list[float]]:
    kept = [(m, w) for m, w in zip(masks, weights) if SMALLEST < m.mean() < LARGEST]
    return [m for m, _ in kept], [w for _, w in kept]


def degrade(picture: Picture, rng: np.random.Generator) -> Picture:
    """What cameras and files do: brightness, contrast, colour, blur, noise, JPEG."""
    if rng.random() < 0.6:
        gain, shift = rng.uniform(0.7, 1.3, 3) ** 0.5 * rng.uniform(0.7, 1.25), rng.uniform(-25, 25)
        table = np.clip(np.arange(256)[:, None] * gain + shift, 0, 255).astype(np.uint8)
        picture = np.stack([table[:, c][picture[..., c]] for c in range(3)], 2)
    if rng.random() < 0.12:
        picture = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    if rng.random() < 0.25:
        picture = cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.4, 1.3)))
    if rng.random() < 0.35:
        noise = rng.integers(-128, 128, picture.shape, np.int16) * float(rng.uniform(0.02, 0.18))
        picture = np.clip(picture + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.3:
        coded = cv2.imencode('.jpg', picture, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 95))])[1]
        picture = cv2.imdecode(coded, cv2.IMREAD_COLOR)
    return picture


def cached_scene(sources: Sources, side: int, rng: np.random.Generator, photographs: float) -> Scene:
    """One scene with at least one mask; `photographs` is the share of those without cut-outs."""
    while True:
        scene = photo_scene(sources, side, rng) if rng.random() < photographs else composite_scene(sources, side, rng)
        if scene.masks:
            scene.picture = degrade(scene.picture, rng)
            return scene
