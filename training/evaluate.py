"""Measures a model on regions that people drew: mean IoU for boxes, for one click (top-scored and best of three) and for five clicks.

The protocol is that of `sam evaluate prompts`: token 0 for boxes and for all clicks after the first, whose three masks are offered; a click is the
pixel farthest from the edge (of the region, then of the larger error), the picture's border counting as edge; logits are fed back.

`python -m training.evaluate MODEL ANNOTATIONS IMAGES [--ids FILE]`; MODEL is a folder with encoder.onnx and decoder.onnx, or a checkpoint.
"""
from __future__ import annotations

from . import machine  # noqa: F401  first of all

import argparse
import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from pycocotools import mask as coco_mask

from .model import PIXEL_MEAN, PIXEL_STD, Model

Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]
GROUP = 16  # prompts decoded at once


class Runner(Protocol):
    """A model that can be asked; `side` is that of its square input in pixels."""

    side: int

    def embed(self, pixels: Floats) -> Any:
        """Normalised, padded pixels [1, 3, side, side]."""

    def decode(self, embedding: Any, xy: Floats, labels: Floats, earlier: Floats | None) -> tuple[Floats, Floats]:
        """xy [b, n, 2] pixels of the input, labels [b, n], earlier logits [b, m, m] -> logits [b, 4, m, m], predicted IoU [b, 4]."""


class TorchRunner:
    """A model in memory."""

    def __init__(self, model: Model, side: int) -> None:
        self.model, self.side = model.eval(), side

    @torch.no_grad()
    def embed(self, pixels: Floats) -> torch.Tensor:
        return self.model.encode(torch.from_numpy(pixels).contiguous(memory_format=torch.channels_last))

    @torch.no_grad()
    def decode(self, embedding: torch.Tensor, xy: Floats, labels: Floats, earlier: Floats | None) -> tuple[Floats, Floats]:
        m = self.side // 4
        before = torch.zeros(len(xy), 1, m, m) if earlier is None else torch.from_numpy(earlier[:, None])
        logits, iou = self.model.decode(embedding, torch.from_numpy(xy), torch.from_numpy(labels), before, torch.full((len(xy),), float(earlier is not None)), float(self.side))
        return logits.numpy(), iou.numpy()


class OnnxRunner:
    """Two graphs of contract F1, batched over prompts or not."""

    def __init__(self, folder: Path, threads: int = 2) -> None:
        import onnxruntime as ort

        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        self.encoder, self.decoder = (ort.InferenceSession(str(folder / f'{name}.onnx'), options) for name in ('encoder', 'decoder'))
        self.side = int(self.encoder.get_inputs()[0].shape[3])
        shapes = {i.name: i.shape for i in self.decoder.get_inputs()}
        self.mask_side, self.batched, self.sized = int(shapes['mask_input'][3]), isinstance(shapes['point_coords'][0], str), 'orig_im_size' in shapes

    def embed(self, pixels: Floats) -> Floats:
        return self.encoder.run(None, {self.encoder.get_inputs()[0].name: pixels})[0]

    def decode(self, embedding: Floats, xy: Floats, labels: Floats, earlier: Floats | None) -> tuple[Floats, Floats]:
        step = len(xy) if self.batched else 1
        parts = [self.run(embedding, xy[i:i + step], labels[i:i + step], None if earlier is None else earlier[i:i + step]) for i in range(0, len(xy), step)]
        return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])

    def run(self, embedding: Floats, xy: Floats, labels: Floats, earlier: Floats | None) -> tuple[Floats, Floats]:
        m = self.mask_side
        feeds = {
            'image_embeddings': embedding, 'point_coords': xy, 'point_labels': labels,
            'mask_input': np.zeros((len(xy), 1, m, m), np.float32) if earlier is None else earlier[:, None],
            'has_mask_input': np.full(len(xy), float(earlier is not None), np.float32),
        }
        if self.sized:
            feeds['orig_im_size'] = np.array([m, m], np.float32)
        logits, iou = self.decoder.run(['low_res_masks', 'iou_predictions'], feeds)
        return logits, iou


@dataclass
class Frame:
    """Sizes of a picture: its own, and inside the model before padding."""

    height: int
    width: int
    inner_height: int
    inner_width: int


def prepare(picture: Pixels, side: int) -> tuple[Floats, Frame]:
    """RGB uint8 [h, w, 3] -> normalised float [1, 3, side, side], longest side scaled, zeros right and below."""
    h, w = picture.shape[:2]
    scale = side / max(h, w)
    ih, iw = int(h * scale + 0.5), int(w * scale + 0.5)
    resized = np.asarray(Image.fromarray(picture).resize((iw, ih), Image.Resampling.BILINEAR), np.float32)
    pixels = np.zeros((1, 3, side, side), np.float32)
    pixels[0, :, :ih, :iw] = ((resized - np.array(PIXEL_MEAN, np.float32)) / np.array(PIXEL_STD, np.float32)).transpose(2, 0, 1)
    return pixels, Frame(h, w, ih, iw)


def upscale(logits: Floats, frame: Frame, side: int) -> NDArray[np.bool_]:
    """Logits [m, m] -> mask of the picture, bool [h, w]: to the input's size, cropped, to the picture's size, then the threshold."""
    large = cv2.resize(logits, (side, side), interpolation=cv2.INTER_LINEAR)[:frame.inner_height, :frame.inner_width]
    return cv2.resize(large, (frame.width, frame.height), interpolation=cv2.INTER_LINEAR) > 0


def deepest(mask: NDArray[np.bool_]) -> tuple[int, int, float]:
    """The pixel x, y farthest from the edge and how far; the border counts as edge."""
    distance = cv2.distanceTransform(np.pad(mask, 1).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
    y, x = np.unravel_index(int(distance.argmax()), distance.shape)
    return int(x), int(y), float(distance[y, x])


def next_click(truth: NDArray[np.bool_], found: NDArray[np.bool_]) -> tuple[int, int, int]:
    """x, y, label of the click at the deepest error."""
    mx, my, missed = deepest(truth & ~found)
    ex, ey, extra = deepest(found & ~truth)
    return (mx, my, 1) if missed > extra else (ex, ey, 0)


def iou_of(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    return float((a & b).sum() / max(1, (a | b).sum()))


class Asked:
    """One picture embedded by a runner, asked in groups."""

    def __init__(self, runner: Runner, picture: Pixels) -> None:
        pixels, self.frame = prepare(picture, runner.side)
        self.runner, self.embedding = runner, runner.embed(pixels)

    def ask(self, xy: Floats, labels: Floats, earlier: Floats | None = None) -> tuple[Floats, Floats]:
        """As `Runner.decode`, but `xy` in pixels of the picture."""
        scale = np.array([self.frame.inner_width / self.frame.width, self.frame.inner_height / self.frame.height], np.float32)
        parts = []
        for i in range(0, len(xy), GROUP):
            parts.append(self.runner.decode(self.embedding, (xy[i:i + GROUP] * scale).astype(np.float32), labels[i:i + GROUP], None if earlier is None else earlier[i:i + GROUP]))
        return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])

    def mask(self, logits: Floats) -> NDArray[np.bool_]:
        return upscale(logits, self.frame, self.runner.side)


def score_picture(asked: Asked, truths: list[NDArray[np.bool_]], boxes: list[list[float]], clicks: int) -> list[dict[str, float]]:
    """One record a region: `box`, `top`, `best`, `predicted` (of top) and, for `clicks` > 1, `clicks` (after the last)."""
    n = len(truths)
    corners = np.array([[[x, y], [x + w, y + h]] for x, y, w, h in boxes], np.float32)
    by_box, _ = asked.ask(corners, np.tile(np.array([2, 3], np.float32), (n, 1)))
    first = [deepest(t)[:2] for t in truths]
    xy = np.zeros((n, 2, 2), np.float32)
    xy[:, 0] = first
    by_click, scores = asked.ask(xy, np.tile(np.array([1, -1], np.float32), (n, 1)))
    records, chosen = [], []
    for i, truth in enumerate(truths):
        three = [iou_of(truth, asked.mask(by_click[i, m])) for m in (1, 2, 3)]
        top, best = int(scores[i, 1:].argmax()), int(np.argmax(three))
        records.append({'box': iou_of(truth, asked.mask(by_box[i, 0])), 'top': three[top], 'best': three[best], 'predicted': float(scores[i, 1 + top])})
        chosen.append(by_click[i, 1 + best])
    if clicks > 1:
        for record, value in zip(records, more_clicks(asked, truths, first, chosen, clicks)):
            record['clicks'] = value
    return records


def more_clicks(asked: Asked, truths: list[NDArray[np.bool_]], first: list[tuple[int, int]], logits: list[Floats], clicks: int) -> list[float]:
    """IoU after `clicks` clicks, all regions a round at a time."""
    points = [[(x, y, 1)] for x, y in first]
    for _ in range(clicks - 1):
        for truth, line, own in zip(truths, points, logits):
            line.append(next_click(truth, asked.mask(own)))
        xy = np.array([[p[:2] for p in line] + [(0, 0)] for line in points], np.float32)
        labels = np.array([[p[2] for p in line] + [-1] for line in points], np.float32)
        answer, _ = asked.ask(xy, labels, np.stack(logits))
        logits = list(answer[:, 0])
    return [iou_of(truth, asked.mask(own)) for truth, own in zip(truths, logits)]


def load_regions(annotations: Path, ids: set[int] | None) -> dict[str, list[dict[str, Any]]]:
    """Annotations with `mask` (bool) by file name, in order; compressed RLE, RLE or polygons."""
    coco = json.loads(annotations.read_text())
    images = {image['id']: image for image in coco['images']}
    regions: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for a in coco['annotations']:
        if ids is None or a['id'] in ids:
            regions[images[a['image_id']]['file_name']].append({**a, 'size': (images[a['image_id']]['height'], images[a['image_id']]['width'])})
    return dict(sorted(regions.items()))


def mask_of(annotation: dict[str, Any]) -> NDArray[np.bool_]:
    segmentation = annotation['segmentation']
    h, w = annotation['size']
    if isinstance(segmentation, list):
        rle = coco_mask.merge(coco_mask.frPyObjects(segmentation, h, w))
    else:
        rle = coco_mask.frPyObjects(segmentation, h, w) if isinstance(segmentation['counts'], list) else segmentation
    return coco_mask.decode(rle).astype(bool)


def evaluate(runner: Runner, annotations: Path, images: Path, ids: set[int] | None, clicks: int = 1, every: int = 1) -> tuple[dict[str, float], list[dict[str, float]]]:
    """Means over all regions of every `every`-th picture, and the records."""
    records: list[dict[str, float]] = []
    for name, regions in list(load_regions(annotations, ids).items())[::every]:
        picture = np.asarray(Image.open(images / name).convert('RGB'))
        found = score_picture(Asked(runner, picture), [mask_of(r) for r in regions], [r['bbox'] for r in regions], clicks)
        records += [{'id': region['id'], **record} for region, record in zip(regions, found)]
    keys = [key for key in records[0] if key != 'id']
    return {key: float(np.mean([r[key] for r in records])) for key in keys}, records


def calibration(records: list[dict[str, float]]) -> list[dict[str, float]]:
    """Predicted against true IoU of the top-scored masks of one click: for each tenth of the prediction how many, its mean, and the true mean."""
    rows = []
    for tenth in range(10):
        inside = [r for r in records if tenth <= min(9, int(r['predicted'] * 10)) < tenth + 1]
        if inside:
            rows.append({'from': tenth / 10, 'masks': len(inside), 'predicted': float(np.mean([r['predicted'] for r in inside])), 'true': float(np.mean([r['top'] for r in inside]))})
    return rows


def open_runner(path: Path, side: int) -> Runner:
    """A folder of graphs, or a checkpoint (its averaged weights)."""
    if path.is_dir():
        return OnnxRunner(path)
    state = torch.load(path, map_location='cpu', weights_only=True)
    model = Model(**state.get('model_config', {}))
    model.load_state_dict(state['average'])
    return TorchRunner(model.to(memory_format=torch.channels_last), side)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('model', type=Path)
    parser.add_argument('annotations', type=Path)
    parser.add_argument('images', type=Path)
    parser.add_argument('--ids', type=Path, help='JSON with annotation_ids: the regions to measure on')
    parser.add_argument('--clicks', type=int, default=1)
    parser.add_argument('--every', type=int, default=1, help='every n-th picture')
    parser.add_argument('--side', type=int, default=512, help='input side of a checkpoint')
    parser.add_argument('--calibration', action='store_true', help='print predicted against true IoU too')
    parser.add_argument('--records', type=Path, help='write one record a region here')
    args = parser.parse_args()
    torch.set_num_threads(2)
    ids = None if args.ids is None else set(json.loads(args.ids.read_text())['annotation_ids'])
    means, records = evaluate(open_runner(args.model, args.side), args.annotations, args.images, ids, args.clicks, args.every)
    print(json.dumps({'regions': len(records), **{k: round(v, 4) for k, v in means.items()}}))
    if args.calibration:
        for row in calibration(records):
            print(json.dumps({k: round(v, 3) for k, v in row.items()}))
    if args.records is not None:
        args.records.write_text(json.dumps(records))


if __name__ == '__main__':
    main()
