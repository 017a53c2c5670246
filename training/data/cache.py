"""Turns folders of pictures into compact arrays that training maps into memory: photographs cut into squares with their trees of regions,
and cut-outs with alpha.

`python -m training.data.cache --pictures DIR --output CACHE`; DIR is what `fetch.sh` unpacked.
"""
from __future__ import annotations

import argparse
import re
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from .hierarchy import build_tree

NODES = 2800  # room for a tree
CUTOUT = 192  # longest side of a cut-out, pixels
PHOTOGRAPHS = ('lomiri', 'ukui', 'plasma-workspace', 'gnome-backgrounds', 'photos')
CUTOUTS = ('openclipart',)
# dark twins, tall twins and pictures that are all one gradient
SKIP = ('_dark', 'Stripes', 'no-logo', '1080x1920', '720x1440', '1622x2880', 'screenshot', 'grid-', 'symbolic', 'truchet', 'pixels', 'adwaita', '-d.webp', '.labels.', 'fluent-color')


def is_free(path: Path) -> bool:
    """False where a package of many licences says beside the picture that its own is not one of Creative Commons (LGPL, in plasma-workspace-wallpapers)."""
    for folder in path.parents[:3]:
        for name in ('metadata.json', 'metadata.desktop'):
            if (folder / name).is_file():
                return bool(re.search(r'License"?\s*[:=]\s*"?CC', (folder / name).read_text()))
    return True


def photographs(root: Path) -> list[Path]:
    """Sorted paths of whole pictures."""
    found = [p for name in PHOTOGRAPHS for p in root.glob(f'{name}*/**/*') if p.suffix.lower() in ('.jpg', '.jpeg', '.png', '.webp')]
    return sorted(p for p in found if not p.is_symlink() and p.stat().st_size > 20_000 and not any(s in str(p) for s in SKIP) and is_free(p))


def cutouts(root: Path) -> list[Path]:
    """Sorted paths of pictures with alpha."""
    return sorted(p for name in CUTOUTS for p in root.glob(f'{name}*/**/*.png') if not p.is_symlink())


def read(path: Path, most: int) -> NDArray[np.uint8] | None:
    """RGB, uint8 [h, w, 3], longest side at most `most`."""
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None or min(picture.shape[:2]) < 200:
        return None
    scale = min(1.0, most / max(picture.shape[:2]))
    return np.ascontiguousarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)[..., ::-1])


def squares(picture: NDArray[np.uint8], labels: NDArray[np.uint8] | None, count: int, side: int, rng: np.random.Generator) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.uint8] | None]]:
    """Squares of many scales, a little stretched, each `side` wide, with their part of the labels; ones without contrast are left out."""
    h, w = picture.shape[:2]
    for _ in range(count):
        # half of them show nearly everything
        part = max(200, np.exp(rng.uniform(np.log(0.3), 0.0) if rng.random() < 0.5 else rng.uniform(-0.2, 0.25)) * min(h, w))
        stretch = np.exp(rng.uniform(-0.25, 0.25))
        ch, cw = min(h, round(part * stretch)), min(w, round(part / stretch))
        y, x = rng.integers(0, h - ch + 1), rng.integers(0, w - cw + 1)
        square = cv2.resize(picture[y:y + ch, x:x + cw], (side, side), interpolation=cv2.INTER_AREA if cw > side else cv2.INTER_LINEAR)
        if square.std() > 12:
            yield square, None if labels is None else cv2.resize(labels[y:y + ch, x:x + cw], (side, side), interpolation=cv2.INTER_NEAREST)


def cache_photographs(paths: list[Path], output: Path, total: int, side: int, seed: int) -> None:
    """Writes `photos.npy` uint8 [n, side, side, 3], `leaves.npy` uint16 [n, side, side], `parents.npy` int16 and `heights.npy` float16 [n, NODES]."""
    rng = np.random.default_rng(seed)
    pictures, leaves, parents, heights = [], [], [], []
    for path in paths:
        picture = read(path, 2600)
        if picture is None:
            continue
        drawn = path.with_suffix('.labels.png')
        # a picture that people labelled is made the most of
        labels = cv2.imread(str(drawn), cv2.IMREAD_GRAYSCALE) if drawn.exists() else None
        for square, part in squares(picture, labels, max(1, total // len(paths)), side, rng):
            # larger squares have larger pieces, so that trees stay small
            tree = build_tree(square, float(rng.uniform(50, 120)), smallest=round(24 * (side / 320) ** 2), labels=part)
            if not 20 < len(tree.parents) <= NODES:
                continue
            pictures.append(square)
            leaves.append(tree.leaves)
            parents.append(np.pad(tree.parents, (0, NODES - len(tree.parents)), constant_values=-2).astype(np.int16))
            heights.append(np.pad(tree.heights, (0, NODES - len(tree.heights))).astype(np.float16))
    for name, rows in (('photos', pictures), ('leaves', leaves), ('parents', parents), ('heights', heights)):
        np.save(output / f'{name}.npy', np.stack(rows))
    print(f'{len(pictures)} squares of {len(paths)} photographs')


def read_cutout(path: Path) -> NDArray[np.uint8] | None:
    """RGBA, uint8 [h, w, 4], cropped to what is not clear."""
    picture = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if picture is None or picture.ndim != 3 or picture.shape[2] != 4 or picture.dtype != np.uint8:
        return None
    solid = picture[..., 3] > 127
    if not 0.02 < solid.mean() < 0.97 or solid.sum() < 600:
        return None
    ys, xs = np.flatnonzero(solid.any(1)), np.flatnonzero(solid.any(0))
    picture = picture[ys[0]:ys[-1] + 1, xs[0]:xs[-1] + 1]
    scale = min(1.0, CUTOUT / max(picture.shape[:2]))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(small[..., [2, 1, 0, 3]]) if min(small.shape[:2]) >= 8 else None


def cache_cutouts(paths: list[Path], output: Path) -> None:
    """Writes `cutouts.npy`, uint8, all pixels one after the other, and `cutouts-index.npy`, int64 [n, 3]: offset, height, width."""
    index, offset = [], 0
    with open(output / 'cutouts.bin', 'wb') as file:
        for path in paths:
            cut = read_cutout(path)
            if cut is not None:
                index.append((offset, cut.shape[0], cut.shape[1]))
                file.write(cut.tobytes())
                offset += cut.size
    np.save(output / 'cutouts-index.npy', np.array(index, np.int64).reshape(-1, 3))
    print(f'{len(index)} cut-outs of {len(paths)} pictures')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--pictures', type=Path, required=True)
    parser.add_argument('--output', type=Path, required=True)
    parser.add_argument('--squares', type=int, default=3000)
    parser.add_argument('--side', type=int, default=320, help='of a square, pixels; at least 1.25 times the side to train at')
    parser.add_argument('--every', type=int, default=1, help='take every n-th cut-out')
    parser.add_argument('--seed', type=int, default=1)
    args = parser.parse_args()
    args.output.mkdir(parents=True, exist_ok=True)
    start = time.time()
    cache_photographs(photographs(args.pictures), args.output, args.squares, args.side, args.seed)
    cache_cutouts(cutouts(args.pictures)[::args.every], args.output)
    print(f'{time.time() - start:.0f} s')


if __name__ == '__main__':
    main()
