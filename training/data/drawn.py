"""Scenes of our own: textured things with parts and holes, thin things, letters, things that touch, crowds, camouflage. Needs no pictures."""
from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from .scenes import Mask, Picture, Scene, big_enough, degrade

Floats = NDArray[np.float32]


def noise(side: int, grain: float, rng: np.random.Generator) -> Floats:
    """Smooth noise of about `grain` pixels, float [side, side], 0..1."""
    cells = max(2, min(side, int(side / grain)))
    field = cv2.resize(rng.random((cells, cells)).astype(np.float32), (side, side), interpolation=cv2.INTER_CUBIC)
    return np.clip(field, 0, 1)


def texture(side: int, rng: np.random.Generator, like: Floats | None = None) -> Floats:
    """A surface, float RGB [side, side, 3], 0..255: noise, stripes, checks or a gradient between two colours near `like` where it is given."""
    first = rng.uniform(0, 255, 3) if like is None else np.clip(like + rng.normal(0, 18, 3), 0, 255)
    second = np.clip(first + rng.normal(0, 45, 3), 0, 255) if rng.random() < 0.75 else rng.uniform(0, 255, 3)
    y, x = np.mgrid[:side, :side].astype(np.float32) / side
    angle, kind = rng.uniform(0, np.pi), rng.random()
    along = x * np.cos(angle) + y * np.sin(angle)
    if kind < 0.5:
        mix = 0.6 * noise(side, float(np.exp(rng.uniform(0.5, 4.5))), rng) + 0.4 * noise(side, float(np.exp(rng.uniform(0.3, 2))), rng)
    elif kind < 0.65:
        mix = 0.5 + 0.5 * np.sin(along * rng.uniform(10, 120) + 3 * noise(side, 60, rng))
    elif kind < 0.72:
        cells = rng.integers(4, 30)
        mix = ((x * cells).astype(int) + (y * cells).astype(int)) % 2
    else:
        mix = (along - along.min()) / (np.ptp(along) + 1e-6)
    return (first + (second - first) * mix[..., None]).astype(np.float32)


def shape(side: int, at: NDArray[np.float64], size: float, rng: np.random.Generator) -> Mask:
    """One thing of about `size` pixels around `at` (x, y); bool [side, side]."""
    canvas = np.zeros((side, side), np.uint8)
    x, y = (int(v) for v in at)
    half = max(3, int(size / 2))
    kind = rng.random()
    if kind < 0.22:
        cv2.ellipse(canvas, (x, y), (half, max(2, int(half * rng.uniform(0.3, 1)))), float(rng.uniform(0, 180)), 0, 360, 1, -1)
    elif kind < 0.52:
        turns = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(3, 14))))
        reach = half * rng.uniform(0.45, 1, len(turns))
        cv2.fillPoly(canvas, [np.stack([x + reach * np.cos(turns), y + reach * np.sin(turns)], 1).astype(np.int32)], 1)
    elif kind < 0.72:
        cv2.circle(canvas, (x, y), half, 1, -1)
        canvas &= (noise(side, max(4.0, size / rng.uniform(2, 5)), rng) > rng.uniform(0.3, 0.5)).astype(np.uint8)
    elif kind < 0.82:
        steps = rng.normal(0, half / 3, (int(rng.integers(4, 12)), 2)).cumsum(0)
        cv2.polylines(canvas, [(steps - steps.mean(0) + (x, y)).astype(np.int32)], False, 1, int(rng.integers(2, max(3, half // 5) + 1)))
    elif kind < 0.92:
        letter = chr(int(rng.choice([*range(65, 91), *range(97, 123), *range(48, 58)])))
        cv2.putText(canvas, letter, (x - half // 2, y + half // 2), int(rng.choice([0, 2, 3, 4])), half / 14, 1, max(1, half // 6))
    else:
        turned = cv2.boxPoints(((x, y), (size, size * rng.uniform(0.15, 1)), float(rng.uniform(0, 90))))
        cv2.fillPoly(canvas, [turned.astype(np.int32)], 1)
    if rng.random() < 0.12:
        cv2.circle(canvas, (x, y), max(2, int(half * rng.uniform(0.2, 0.5))), 0, -1)
    return canvas > 0


def put(canvas: Floats, mask: Mask, rng: np.random.Generator) -> Floats:
    """The thing with a texture of its own: at times like what is behind it, at times shaded, with an outline or a shadow."""
    side = canvas.shape[0]
    behind = canvas[mask].mean(0) if rng.random() < 0.25 else None
    surface = texture(side, rng, behind)
    if rng.random() < 0.4:
        depth = np.minimum(cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3) / 20, 1)
        surface = surface * (1 - float(rng.uniform(0, 0.6)) * (1 - depth))[..., None]
    if rng.random() < 0.2:
        soft = cv2.GaussianBlur(np.roll(mask, rng.integers(-6, 7, 2), (0, 1)).astype(np.float32), (0, 0), 3)
        canvas = canvas * (1 - 0.45 * soft)[..., None]
    alpha = mask.astype(np.float32)
    if rng.random() < 0.6:
        alpha = cv2.GaussianBlur(alpha, (0, 0), float(rng.uniform(0.4, 1.0)))
    canvas = canvas * (1 - alpha[..., None]) + surface * alpha[..., None]
    if rng.random() < 0.15:
        edge = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
        canvas[edge > 0] = rng.uniform(0, 255, 3)
    return canvas.astype(np.float32)


def drawn_scene(side: int, rng: np.random.Generator) -> Scene:
    """Up to a dozen things, some with parts; masks are what is visible of each thing, of each part, and of the ground."""
    canvas = texture(side, rng)
    crowd = rng.random() < 0.2
    masks: list[Mask] = [np.ones((side, side), bool)]
    last: NDArray[np.float64] | None = None
    for _ in range(int(rng.integers(8, 18)) if crowd else int(rng.integers(2, 8))):
        size = side * (rng.uniform(0.06, 0.18) if crowd else np.exp(rng.uniform(np.log(0.08), np.log(0.8))))
        # a third of them beside the one before
        at = rng.uniform(0.05, 0.95, 2) * side if last is None or rng.random() < 0.67 else last + rng.normal(0, size * 0.6, 2)
        last = at
        mask = shape(side, at, size, rng)
        if not mask.any():
            continue
        canvas = put(canvas, mask, rng)
        masks = [other & ~mask for other in masks]
        masks.append(mask)
        for _ in range(int(rng.integers(1, 4)) if rng.random() < 0.4 else 0):
            ys, xs = np.nonzero(mask)
            k = int(rng.integers(len(xs)))
            part = shape(side, np.array([xs[k], ys[k]], np.float64), size * rng.uniform(0.2, 0.6), rng) & mask
            if part.any():
                canvas = put(canvas, part, rng)
                # the whole stays whole; an earlier part may be covered
                masks = [other if (other & part).sum() == part.sum() else other & ~part for other in masks]
                masks.append(part)
    picture: Picture = np.clip(canvas, 0, 255).astype(np.uint8)
    return Scene(picture, *big_enough(masks, [0.4] + [1.0] * (len(masks) - 1)))


def draw(side: int, rng: np.random.Generator) -> Scene:
    """A drawn scene with at least one mask, degraded."""
    while True:
        scene = drawn_scene(side, rng)
        if scene.masks:
            scene.picture = degrade(scene.picture, rng)
            return scene
