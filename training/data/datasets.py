"""Reads datasets with masks: one COCO file, or a folder of SA-1B records; and draws training scenes of them."""
from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from pycocotools import mask as coco_mask

from .scenes import Mask, Picture, Scene

MOST = 24  # masks of one scene


@dataclass
class Labelled:
    """A picture and its regions as compressed RLE (pycocotools' dictionaries). `path` exists."""

    path: Path
    height: int
    width: int
    rles: list[dict[str, Any]]

    def masks(self) -> list[Mask]:
        """bool [h, w] each."""
        return [coco_mask.decode(rle).astype(bool) for rle in self.rles]

    def picture(self) -> Picture:
        """RGB uint8 [h, w, 3], upright; ends the program where it has another size than its masks."""
        image = ImageOps.exif_transpose(Image.open(self.path))
        if image.mode.startswith('I'):  # grey of 16 bits, which Pillow would clip
            image = Image.fromarray((np.asarray(image) // 257).astype(np.uint8))
        picture = np.asarray(image.convert('RGB'))
        if picture.shape[:2] != (self.height, self.width):
            raise SystemExit(f'{self.path}: expected {self.width} x {self.height} pixels, as the dataset says, found {picture.shape[1]} x {picture.shape[0]}')
        return picture


def to_rle(segmentation: Any, height: int, width: int) -> dict[str, Any]:
    """Polygons, uncompressed or compressed RLE -> compressed RLE."""
    if isinstance(segmentation, list):
        return coco_mask.merge(coco_mask.frPyObjects(segmentation, height, width))
    return coco_mask.frPyObjects(segmentation, height, width) if isinstance(segmentation['counts'], list) else segmentation


def labelled(images: Path, name: str, height: int, width: int, annotations: list[dict[str, Any]]) -> Labelled:
    path = images / name
    if not path.is_file():
        raise SystemExit(f'{path}: the dataset names this picture, but there is no such file')
    rles = [to_rle(a['segmentation'], height, width) for a in annotations if not a.get('iscrowd')]
    return Labelled(path, height, width, [rle for rle in rles if coco_mask.area(rle) > 0])


def read_coco(file: Path, images: Path) -> list[Labelled]:
    coco = json.loads(file.read_text())
    by_image: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for annotation in coco['annotations']:
        by_image[annotation['image_id']].append(annotation)
    return [labelled(images, i['file_name'], i['height'], i['width'], by_image[i['id']]) for i in coco['images']]


def read_sa1b(folder: Path, images: Path) -> list[Labelled]:
    found = []
    for file in sorted(folder.rglob('*.json')):
        record = json.loads(file.read_text())
        if isinstance(record, dict) and 'image' in record and 'annotations' in record:
            image = record['image']
            found.append(labelled(images, image['file_name'], image['height'], image['width'], record['annotations']))
    return found


def read_dataset(path: Path, images: Path) -> list[Labelled]:
    """A COCO file, or a folder of SA-1B records; pictures without regions are left out. Sorted by path."""
    if not path.exists():
        raise SystemExit(f'{path}: there is no such file or folder')
    found = [p for p in (read_sa1b(path, images) if path.is_dir() else read_coco(path, images)) if p.rles]
    if not found:
        raise SystemExit(f'{path}: no picture with masks was found')
    return sorted(found, key=lambda p: p.path)


def scene_of(picture: Picture, rles: list[dict[str, Any]], side: int, rng: np.random.Generator, complete: bool = False) -> Scene:
    """A square part of a labelled picture, or all of it with zeros beside it, mirrored and turned at times; at most `MOST` of its masks. `complete`: every
    thing of interest is labelled, so that the rest is free."""
    h, w = picture.shape[:2]
    part = int(max(h, w) * (1.0 if rng.random() < 0.4 else rng.uniform(0.4, 1.0)))
    y, x = int(rng.integers(0, max(1, h - part + 1))), int(rng.integers(0, max(1, w - part + 1)))
    ch, cw = min(part, h), min(part, w)
    ih, iw = max(1, round(ch * side / part)), max(1, round(cw * side / part))
    crop = cv2.resize(picture[y:y + ch, x:x + cw], (iw, ih), interpolation=cv2.INTER_AREA if part > side else cv2.INTER_LINEAR)
    # the middle grey that the model's zeros stand for
    canvas = np.full((side, side, 3), (124, 116, 104), np.uint8)
    canvas[:ih, :iw] = crop
    masks: list[NDArray[np.bool_]] = []
    free = np.zeros((side, side), bool)
    free[:ih, :iw] = True
    for k in rng.permutation(len(rles)):
        cut = coco_mask.decode(rles[k])[y:y + ch, x:x + cw]
        if not cut.any():
            continue
        mask = np.zeros((side, side), bool)
        mask[:ih, :iw] = cv2.resize(cut * 255, (iw, ih), interpolation=cv2.INTER_AREA) > 127
        free &= ~mask
        if mask.sum() >= 12 and len(masks) < MOST:
            masks.append(mask)
    if rng.random() < 0.5:
        canvas, masks, free = canvas[:, ::-1], [m[:, ::-1] for m in masks], free[:, ::-1]
    if rng.random() < 0.25:
        canvas, masks, free = canvas.transpose(1, 0, 2), [m.T for m in masks], free.T
    return Scene(np.ascontiguousarray(canvas), [np.ascontiguousarray(m) for m in masks], [1.0] * len(masks), free if complete else None)
