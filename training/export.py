"""Writes a checkpoint as a folder that `sam --model FOLDER` opens: encoder.onnx, decoder.onnx, model.json; and checks the graphs against PyTorch.

`python -m training.export CHECKPOINT FOLDER [--side 512]`
"""
from __future__ import annotations

from . import machine  # noqa: F401  first of all

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from .evaluate import OnnxRunner, TorchRunner
from .model import Model
from .weights import load

OPSET = 17
TOLERANCE = 2e-3  # of logits, relative to 1 + their size


class DecoderGraph(nn.Module):
    """The decoder with the inputs and outputs of contract F1, batched over prompts; one image."""

    def __init__(self, model: Model, side: int) -> None:
        super().__init__()
        self.decoder, self.side = model.decoder, float(side)

    def forward(self, embedding: Tensor, xy: Tensor, labels: Tensor, earlier: Tensor, has_earlier: Tensor) -> tuple[Tensor, Tensor]:
        logits, iou = self.decoder(embedding, xy, labels, earlier, has_earlier, self.side)
        return iou, logits


def write_graphs(model: Model, folder: Path, side: int) -> None:
    """`folder/encoder.onnx` and `folder/decoder.onnx`."""
    # without folding of constants the weights keep their names, so that the folder can be fine-tuned (weights.py); the runtime folds them
    m = side // 4
    channels = model.encoder(torch.zeros(1, 3, 64, 64)).shape[1]
    torch.onnx.export(
        model.encoder, (torch.zeros(1, 3, side, side),), str(folder / 'encoder.onnx'), dynamo=False, opset_version=OPSET, do_constant_folding=False, input_names=['pixels'], output_names=['image_embeddings'],
    )
    names = ['image_embeddings', 'point_coords', 'point_labels', 'mask_input', 'has_mask_input']
    example = (torch.randn(1, channels, m, m), torch.rand(3, 2, 2) * side, torch.tensor([[2.0, 3.0]]).expand(3, 2).contiguous(), torch.zeros(3, 1, m, m), torch.zeros(3))
    dynamic = {'point_coords': {0: 'prompts', 1: 'points'}, 'point_labels': {0: 'prompts', 1: 'points'}, 'mask_input': {0: 'prompts'}, 'has_mask_input': {0: 'prompts'},
               'iou_predictions': {0: 'prompts'}, 'low_res_masks': {0: 'prompts'}}
    torch.onnx.export(
        DecoderGraph(model, side), example, str(folder / 'decoder.onnx'), dynamo=False, opset_version=OPSET, do_constant_folding=False, input_names=names,
        output_names=['iou_predictions', 'low_res_masks'], dynamic_axes=dynamic,
    )


def check(model: Model, folder: Path, side: int, seed: int = 1) -> float:
    """The largest difference between the graphs and PyTorch over random prompts of every kind; raises where it is above `TOLERANCE`."""
    rng = np.random.default_rng(seed)
    graphs, torches = OnnxRunner(folder), TorchRunner(model, side)
    pixels = rng.standard_normal((1, 3, side, side)).astype(np.float32)
    ours, theirs = torches.embed(pixels), graphs.embed(pixels)
    worst = float(np.abs(ours.numpy() - theirs).max())
    for count, labels in ((1, [1, -1]), (5, [2, 3]), (16, [1, -1]), (3, [2, 3, 1]), (4, [1, 0, 1, -1]), (1, [2, 3, 0, 1])):
        xy = (rng.random((count, len(labels), 2)) * side).astype(np.float32)
        for corner in [i for i, label in enumerate(labels) if label == 3]:
            xy[:, corner] = np.minimum(side, xy[:, corner - 1] + 40)
        for earlier in (None, 4 * rng.standard_normal((count, side // 4, side // 4)).astype(np.float32)):
            rows = np.tile(np.array(labels, np.float32), (count, 1))
            a, b = torches.decode(ours, xy, rows, earlier), graphs.decode(ours.numpy(), xy, rows, earlier)
            worst = max(worst, float((np.abs(a[0] - b[0]) / (1 + np.abs(a[0]))).max()), float(np.abs(a[1] - b[1]).max()))
    if not worst < TOLERANCE:
        raise SystemExit(f'the graphs differ from PyTorch by {worst:.2g}; at most {TOLERANCE} was expected')
    return worst


def write_json(folder: Path, side: int, name: str, recommended: dict[str, float], lineage: dict[str, Any] | None = None) -> None:
    """`lineage`: what the model was made from; docs/models.md has its keys."""
    files = []
    for file in ('encoder.onnx', 'decoder.onnx'):
        data = (folder / file).read_bytes()
        files.append({'path': file, 'bytes': len(data), 'sha256': hashlib.sha256(data).hexdigest()})
    record: dict[str, Any] = {
        'schema': 1, 'name': name, 'contract': 'F1', 'encoder': 'encoder.onnx', 'decoder': 'decoder.onnx', 'inputSide': side, 'maskSide': side // 4,
        'encoderInput': 'nchw-normalised', 'recommended': recommended, 'licence': 'Apache-2.0', 'files': files,
    }
    if lineage:
        record['lineage'] = lineage
    (folder / 'model.json').write_text(json.dumps(record, indent=2) + '\n')


def export(model: Model, folder: Path, side: int, name: str = 'embedded', recommended: dict[str, float] | None = None, lineage: dict[str, Any] | None = None) -> float:
    """`model`: folded. Writes the folder and returns the largest difference of the graphs from PyTorch."""
    folder.mkdir(parents=True, exist_ok=True)
    write_graphs(model, folder, side)
    worst = check(model, folder, side)
    write_json(folder, side, name, recommended or {}, lineage)
    return worst


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('checkpoint', type=Path)
    parser.add_argument('folder', type=Path)
    parser.add_argument('--side', type=int, default=512)
    parser.add_argument('--name', default='embedded')
    parser.add_argument('--recommended', type=json.loads, default={}, help='JSON: options of the mask generator that suit the model')
    args = parser.parse_args()
    worst = export(load(args.checkpoint), args.folder, args.side, args.name, args.recommended)
    sizes = {p.name: p.stat().st_size for p in sorted(args.folder.iterdir())}
    print(json.dumps({'largest_difference': worst, 'bytes': sizes}))


if __name__ == '__main__':
    main()
