"""Trains a model from nothing, or goes on from its last checkpoint.

`python -m training.train --config training/configs/base.json --cache CACHE --output RUN [--minutes M]`
"""
from __future__ import annotations

from . import machine  # noqa: F401  first of all

import argparse
import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader

from .data.batches import STRIDE, Batch, Batches
from .evaluate import TorchRunner, evaluate
from .losses import edge_loss, total_loss
from .model import PIXEL_MEAN, PIXEL_STD, Model

DEFAULTS: dict[str, Any] = {
    'side': 256, 'images': 8, 'prompts': 12, 'photographs': 0.6, 'drawn': 0.08, 'rate': 1e-3, 'decay': 0.02, 'warmup': 300, 'steps': 20000, 'cooldown': 4000,
    'average': 0.999, 'clip': 1.0, 'second_round': 0.5, 'third_round': 0.3, 'focal_from': 10**9, 'focal_over': 4000, 'edges': 0.5, 'seed': 1, 'model': {},
}


def normalise(pictures: Tensor) -> Tensor:
    """uint8 [i, 3, h, w] -> float, by SAM's mean and deviation, channels last in memory."""
    mean, std = (torch.tensor(v).view(1, 3, 1, 1) for v in (PIXEL_MEAN, PIXEL_STD))
    return ((pictures.float() - mean) / std).contiguous(memory_format=torch.channels_last)


def rate_at(step: int, config: dict[str, Any]) -> float:
    """Warm-up, a plateau, and a straight way down over the last `cooldown` steps."""
    left = (config['steps'] - step) / config['cooldown']
    return config['rate'] * min(1.0, (step + 1) / config['warmup'], max(0.01, left))


def error_clicks(logits: Tensor, truth: Tensor) -> tuple[Tensor, Tensor]:
    """Clicks in the middle of the larger error: logits, truth [b, h, w] -> xy [b, 1, 2] pixels of the input, labels [b, 1]."""
    found, real = (logits > 0).numpy(), (truth > 0.5).numpy()
    xy, labels = np.zeros((len(found), 1, 2), np.float32), np.zeros((len(found), 1), np.float32)
    for i in range(len(found)):
        deep = []
        for wrong in (real[i] & ~found[i], found[i] & ~real[i]):
            distance = cv2.distanceTransform(np.pad(wrong, 1).astype(np.uint8), cv2.DIST_L2, 3)[1:-1, 1:-1]
            deep.append((distance.max(), *np.unravel_index(int(distance.argmax()), distance.shape)))
        label = 1 if deep[0][0] > deep[1][0] else 0
        _, y, x = deep[1 - label]
        xy[i, 0], labels[i, 0] = ((x + 0.5) * STRIDE - 0.5, (y + 0.5) * STRIDE - 0.5), label
    return torch.from_numpy(xy), torch.from_numpy(labels)


def with_click(xy: Tensor, labels: Tensor, click: Tensor, label: Tensor) -> tuple[Tensor, Tensor]:
    """Adds a click [b, 1, 2] before the padding where the last point is padding, else at the end."""
    padded = labels[:, -1:] < 0
    last = torch.where(padded, label, labels[:, -1:])
    last_xy = torch.where(padded[..., None], click, xy[:, -1:])
    extra, extra_xy = torch.where(padded, -torch.ones_like(label), label), torch.where(padded[..., None], torch.zeros_like(click), click)
    return torch.cat([xy[:, :-1], last_xy, extra_xy], 1), torch.cat([labels[:, :-1], last, extra], 1)


def batch_loss(model: Model, batch: Batch, config: dict[str, Any], rng: np.random.Generator, step: int) -> tuple[Tensor, dict[str, float]]:
    """The loss over all rounds of prompts, and what to log."""
    truth = batch.truth.flatten(0, 1).float() / 255
    xy, labels = batch.xy.flatten(0, 1), batch.labels.flatten(0, 1)
    is_click = labels[:, 0] == 1
    earlier, has = torch.zeros(len(truth), 1, *truth.shape[1:]), torch.zeros(len(truth))
    share = min(1.0, max(0.0, (step - config['focal_from']) / config['focal_over']))
    side = float(max(batch.pictures.shape[2:]))
    rounds = 1 + int(rng.random() < config['second_round'])
    rounds += int(rounds == 2 and rng.random() < config['third_round'])
    loss, logged = torch.zeros(()), {}
    with torch.autocast('cpu', torch.bfloat16):
        embedding = model.encode(normalise(batch.pictures))
        edges = model.edges(embedding[:, :model.decoder.fine])
    if config['edges'] > 0:
        loss = loss + config['edges'] * edge_loss(edges.float()[:, 0], batch.edges.float() / 255)
    for turn in range(rounds):
        with torch.autocast('cpu', torch.bfloat16):
            logits, iou = model.decode(embedding, xy, labels, earlier, has, side)
        logits, iou = logits.float(), iou.float()
        ambiguous = is_click & (turn == 0)
        own, _, real = total_loss(logits, iou, truth, ambiguous, share)
        loss = loss + own * (1.0 if turn == 0 else 0.6)
        if turn == 0:
            logged = first_round(own, real, iou, is_click)
        if turn + 1 < rounds:
            pick = torch.where(ambiguous, 1 + real[:, 1:].argmax(1), torch.zeros_like(real[:, 0], dtype=torch.long))
            chosen = logits.detach()[torch.arange(len(logits)), pick]
            xy, labels = with_click(xy, labels, *error_clicks(chosen, truth))
            keep = float(rng.random() < 0.85)
            earlier, has = keep * chosen[:, None], torch.full_like(has, keep)
    return loss, logged


def first_round(loss: Tensor, real: Tensor, iou: Tensor, is_click: Tensor) -> dict[str, float]:
    """Mean true IoU of the training prompts: box, best of three, top-scored."""
    top = real[:, 1:].gather(1, iou[:, 1:].argmax(1, keepdim=True))[:, 0]
    return {
        'loss': loss.item(), 'box': real[~is_click, 0].mean().item(), 'best': real[is_click, 1:].max(1).values.mean().item(), 'top': top[is_click].mean().item(),
        'iou_error': (iou.detach() - real).abs().mean().item(),
    }


class Training:
    """Weights, their average, the optimiser, and how far it went."""

    def __init__(self, config: dict[str, Any], output: Path) -> None:
        torch.manual_seed(config['seed'])
        self.config, self.output = config, output
        self.model = Model(**config['model']).to(memory_format=torch.channels_last)
        self.average = {k: v.detach().clone().float() if v.is_floating_point() else v.clone() for k, v in self.model.state_dict().items()}
        plain = [p for p in self.model.parameters() if p.ndim < 2]
        weights = [p for p in self.model.parameters() if p.ndim >= 2]
        groups = [{'params': weights, 'weight_decay': config['decay']}, {'params': plain, 'weight_decay': 0.0}]
        self.optimiser = torch.optim.AdamW(groups, lr=config['rate'], betas=(0.9, 0.98))
        self.step, self.seconds = 0, 0.0

    @property
    def checkpoint(self) -> Path:
        return self.output / 'last.pt'

    def resume(self) -> None:
        if not self.checkpoint.exists():
            return
        state = torch.load(self.checkpoint, map_location='cpu', weights_only=True)
        self.model.load_state_dict(state['model'])
        self.average = state['average']
        self.load_optimiser(state['optimiser'])
        self.step, self.seconds = state['step'], state['seconds']
        print(f'goes on from step {self.step}', flush=True)

    def names(self) -> list[str]:
        """Parameters in the optimiser's order."""
        by_id = {id(p): name for name, p in self.model.named_parameters()}
        return [by_id[id(p)] for group in self.optimiser.param_groups for p in group['params']]

    def load_optimiser(self, moments: dict[str, Any]) -> None:
        """What `save` kept, by name."""
        state = self.optimiser.state_dict()
        state['state'] = {i: moments[name] for i, name in enumerate(self.names()) if name in moments}
        self.optimiser.load_state_dict(state)

    def start_from(self, checkpoint: Path) -> None:
        """Takes the averaged weights of another run; counts from 0."""
        if self.checkpoint.exists():
            return
        state = torch.load(checkpoint, map_location='cpu', weights_only=True)
        self.model.load_state_dict(state['average'])
        self.average = state['average']
        print(f'starts from step {state["step"]} of {checkpoint}', flush=True)

    def save(self) -> None:
        """Writes the checkpoint whole or not at all."""
        temporary = self.checkpoint.with_suffix('.tmp')
        torch.save({
            'model': self.model.state_dict(), 'average': self.average, 'optimiser': {self.names()[i]: v for i, v in self.optimiser.state_dict()['state'].items()}, 'step': self.step, 'seconds': self.seconds,
            'model_config': self.config['model'], 'config': self.config,
        }, temporary)
        os.replace(temporary, self.checkpoint)

    def update(self, loss: Tensor) -> None:
        for group in self.optimiser.param_groups:
            group['lr'] = rate_at(self.step, self.config)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.config['clip'])
        self.optimiser.step()
        self.step += 1
        # a young average forgets faster
        keep = min(self.config['average'], (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for name, value in self.model.state_dict().items():
                if value.is_floating_point():
                    self.average[name].lerp_(value.float(), 1 - keep)
                else:
                    self.average[name].copy_(value)

    def averaged(self) -> Model:
        model = Model(**self.config['model'])
        model.load_state_dict(self.average)
        return model.to(memory_format=torch.channels_last)


def log(output: Path, record: dict[str, Any]) -> None:
    line = json.dumps({k: round(v, 4) if isinstance(v, float) else v for k, v in record.items()})
    print(line, flush=True)
    with open(output / 'log.jsonl', 'a') as file:
        file.write(line + '\n')


def run(training: Training, args: argparse.Namespace) -> None:
    config = training.config
    data = Batches(args.cache, config['images'], config['prompts'], config['side'], config['photographs'], config['drawn'], config['seed'] + training.step)
    loader = iter(DataLoader(data, batch_size=None, num_workers=args.loaders, prefetch_factor=4 if args.loaders else None))
    rng = np.random.default_rng(config['seed'] + training.step)
    start = last_save = last_eval = last_log = time.time()
    sums: dict[str, float] = {}
    count = 0
    stopped: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _: stopped.append(received))
    while training.step < config['steps'] and time.time() - start < args.minutes * 60 and not stopped:
        began = time.time()
        loss, logged = batch_loss(training.model, next(loader), config, rng, training.step)
        if not torch.isfinite(loss):
            log(args.output, {'step': training.step, 'skipped': 'the loss is not finite'})
            training.step += 1
            continue
        training.update(loss)
        training.seconds += time.time() - began
        sums, count = {k: sums.get(k, 0) + v for k, v in logged.items()}, count + 1
        now = time.time()
        if now - last_log > args.log_seconds:
            log(args.output, {'step': training.step, 'minutes': training.seconds / 60, 'per_second': count * config['images'] / (now - last_log), **{k: v / count for k, v in sums.items()}})
            sums, count, last_log = {}, 0, now
        if now - last_save > 300:
            training.save()
            last_save = now
        if args.annotations is not None and now - last_eval > args.eval_minutes * 60:
            measure(training, args)
            last_eval = last_log = time.time()
    training.save()
    if args.annotations is not None and not stopped:
        measure(training, args)


def measure(training: Training, args: argparse.Namespace) -> None:
    ids = set(json.loads(args.ids.read_text())['annotation_ids']) if args.ids is not None else None
    means, records = evaluate(TorchRunner(training.averaged(), args.eval_side), args.annotations, args.images, ids, every=args.eval_every)
    log(args.output, {'step': training.step, 'minutes': training.seconds / 60, 'evaluated': len(records), 'side': args.eval_side, **means})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--config', type=Path, required=True)
    parser.add_argument('--cache', type=Path, help='what training.data.cache wrote; without it all scenes are drawn')
    parser.add_argument('--output', type=Path, required=True)
    parser.add_argument('--start', type=Path, help='a checkpoint of another run whose weights a new run starts from')
    parser.add_argument('--minutes', type=float, default=float('inf'))
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--loaders', type=int, default=1)
    parser.add_argument('--log-seconds', type=float, default=60)
    parser.add_argument('--annotations', type=Path, help='COCO file to measure on, with --images and perhaps --ids')
    parser.add_argument('--images', type=Path)
    parser.add_argument('--ids', type=Path)
    parser.add_argument('--eval-minutes', type=float, default=20)
    parser.add_argument('--eval-side', type=int, default=512)
    parser.add_argument('--eval-every', type=int, default=4)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    args.output.mkdir(parents=True, exist_ok=True)
    training = Training({**DEFAULTS, **json.loads(args.config.read_text())}, args.output)
    if args.start is not None:
        training.start_from(args.start)
    training.resume()
    run(training, args)


if __name__ == '__main__':
    main()
