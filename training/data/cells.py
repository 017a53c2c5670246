"""Draws a small domain that the model has not seen, to try fine-tuning on: cells under a microscope, as a COCO file with pictures.

`python -m training.data.cells OUTPUT [--pictures 40] [--seed 1]`
"""
from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pycocotools import mask as coco_mask

SIDE = 384


def picture(rng: np.random.Generator) -> tuple[NDArray[np.uint8], list[NDArray[np.bool_]]]:
    """Pale touching cells with dark walls and a nucleus on a grainy, unevenly lit ground; one mask a cell, wall included."""
    light = cv2.resize(rng.uniform(0.75, 1, (3, 3)).astype(np.float32), (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    canvas = np.full((SIDE, SIDE, 3), (214, 190, 208), np.float32) + rng.normal(0, 3, 3)
    masks: list[NDArray[np.bool_]] = []
    for _ in range(int(rng.integers(14, 26))):
        turns = np.linspace(0, 2 * np.pi, 48, endpoint=False)
        reach = rng.uniform(18, 42) * (1 + sum(rng.uniform(0, 0.13) * np.sin(k * turns + rng.uniform(0, 6.3)) for k in (2, 3, 4)))
        x, y = rng.uniform(10, SIDE - 10, 2)
        outline = np.stack([x + reach * np.cos(turns), y + reach * rng.uniform(0.7, 1) * np.sin(turns)], 1).astype(np.int32)
        cell = np.zeros((SIDE, SIDE), np.uint8)
        cv2.fillPoly(cell, [outline], 1)
        taken = np.logical_or.reduce(masks) if masks else np.zeros((SIDE, SIDE), bool)
        if (cell > 0)[taken].sum() > 0.12 * cell.sum():
            continue
        cell[taken] = 0
        tint = np.array([206, 168, 200]) + rng.normal(0, 7, 3)
        canvas[cell > 0] = 0.6 * canvas[cell > 0] + 0.4 * tint
        canvas[cv2.morphologyEx(cell, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) * cell > 0] = np.array([150, 96, 150]) + rng.normal(0, 10, 3)
        spot = (int(x + rng.normal(0, 4)), int(y + rng.normal(0, 4)))
        cv2.circle(canvas, spot, int(rng.uniform(5, 11)), tuple(float(v) for v in np.array([110, 62, 138]) + rng.normal(0, 12, 3)), -1)
        masks.append(cell > 0)
    canvas = cv2.GaussianBlur(canvas, (0, 0), 1.0) * light[..., None] + rng.normal(0, 6, canvas.shape)
    return np.clip(canvas, 0, 255).astype(np.uint8), [m for m in masks if m.sum() > 60]


def write(output: Path, count: int, seed: int) -> None:
    """`output/images/*.png` and `output/annotations.json`."""
    (output / 'images').mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    coco: dict[str, list[dict[str, Any]]] = {'images': [], 'annotations': [], 'categories': [{'id': 1, 'name': 'cell'}]}
    for number in range(1, count + 1):
        pixels, masks = picture(rng)
        name = f'{number:03d}.png'
        Image.fromarray(pixels).save(output / 'images' / name)
        coco['images'].append({'id': number, 'file_name': name, 'width': SIDE, 'height': SIDE})
        for mask in masks:
            rle = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))
            coco['annotations'].append({
                'id': len(coco['annotations']) + 1, 'image_id': number, 'category_id': 1, 'iscrowd': 0, 'area': int(mask.sum()),
                'bbox': [float(v) for v in coco_mask.toBbox(rle)], 'segmentation': {'size': rle['size'], 'counts': rle['counts'].decode()},
            })
    (output / 'annotations.json').write_text(json.dumps(coco))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('output', type=Path)
    parser.add_argument('--pictures', type=int, default=40)
    parser.add_argument('--seed', type=int, default=1)
    args = parser.parse_args()
    write(args.output, args.pictures, args.seed)


if __name__ == '__main__':
    main()
