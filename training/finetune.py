"""Makes a model better on pictures of one domain: trains for some minutes on a labelled dataset and keeps the result only if it is better.

`python -m training.finetune MODEL DATASET IMAGES OUTPUT [--minutes 5]`: MODEL is an exported folder or a checkpoint, DATASET a COCO file or a folder of
SA-1B records, OUTPUT a folder that must not exist. A part of the pictures is held back; boxes and one click on it are measured before and after.
Prints one line of JSON; how far it is goes to stderr. Exit status 3: the result was not better and nothing was written.
`sam models finetune` runs this program.
"""
from __future__ import annotations

from . import machine  # noqa: F401  first of all
from . import stdin_watch  # noqa: F401  before what takes seconds to load

import argparse
import json
import os
import shutil
import signal
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch

from .data.batches import Batch, batch_of, example
from .data.datasets import Labelled, read_dataset, scene_of
from .data.scenes import degrade
from .evaluate import Asked, TorchRunner, score_picture
from .export import export
from .model import Model
from .train import batch_loss
from .weights import load

ROUNDS = {'second_round': 0.4, 'third_round': 0.3, 'focal_from': 10**9, 'focal_over': 1, 'edges': 0.0}
REGIONS = 40  # of one picture, measured
MOST_HELD = 100  # pictures held back
KEPT_BYTES = 1 << 29  # of decoded pictures
SAY_EVERY = 10  # seconds
NOT_BETTER = 3


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def split(pictures: list[Labelled], share: float, seed: int) -> tuple[list[Labelled], list[Labelled]]:
    """Training and validation pictures; at least one of each, at most `MOST_HELD` to measure on."""
    if len(pictures) < 2:
        raise SystemExit('fine-tuning needs at least two pictures with masks: one to learn from, one to measure on')
    order = np.random.default_rng(seed).permutation(len(pictures))
    held = min(len(pictures) - 1, MOST_HELD, max(1, round(share * len(pictures))))
    return [pictures[i] for i in order[held:]], [pictures[i] for i in sorted(order[:held])]


def measure(model: Model, pictures: list[Labelled], side: int) -> dict[str, float]:
    """Mean IoU over the regions (at most `REGIONS` of a picture, evenly picked): box, top, best."""
    runner, records = TorchRunner(model, side), []
    for picture in pictures:
        rles = picture.rles[::max(1, len(picture.rles) // REGIONS)][:REGIONS]
        truths = [m for m in Labelled(picture.path, picture.height, picture.width, rles).masks()]
        boxes = []
        for truth in truths:
            ys, xs = np.flatnonzero(truth.any(1)), np.flatnonzero(truth.any(0))
            boxes.append([float(xs[0]), float(ys[0]), float(xs[-1] + 1 - xs[0]), float(ys[-1] + 1 - ys[0])])
        records += score_picture(Asked(runner, picture.picture()), truths, boxes, 1)
    return {key: float(np.mean([r[key] for r in records])) for key in ('box', 'top', 'best')}


def draw_batch(pictures: list[Labelled], loaded: dict[Path, Any], args: argparse.Namespace, rng: np.random.Generator) -> Batch:
    """`args.images` scenes; `loaded` keeps decoded pictures, at most `KEPT_BYTES` of them."""
    rows = []
    while len(rows) < args.images:
        one = pictures[int(rng.integers(len(pictures)))]
        picture = loaded.get(one.path)
        if picture is None:
            picture = one.picture()
            if sum(other.nbytes for other in loaded.values()) + picture.nbytes <= KEPT_BYTES:
                loaded[one.path] = picture
        scene = scene_of(picture, one.rles, args.train_side, rng, complete=not args.incomplete)
        if scene.masks:
            if rng.random() < 0.5:
                scene.picture = degrade(scene.picture, rng)
            rows.append(example(scene, args.prompts, rng))
    return batch_of(rows)


def tune(model: Model, pictures: list[Labelled], args: argparse.Namespace) -> tuple[Model, int]:
    """The averaged weights after `args.minutes`, and how many steps were made."""
    rng = np.random.default_rng(args.seed)
    torch.manual_seed(args.seed)
    trained = model.decoder if args.part == 'decoder' else model
    for p in model.parameters():
        p.requires_grad_(False)
    for p in trained.parameters():
        p.requires_grad_(True)
    encoder = [p for p in model.encoder.parameters() if p.requires_grad]
    groups = [{'params': list(model.decoder.parameters()), 'lr': args.rate}] + ([{'params': encoder, 'lr': args.rate / 3}] if encoder else [])
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01, betas=(0.9, 0.98))
    rates = [group['lr'] for group in optimiser.param_groups]
    average = {k: v.detach().clone() for k, v in model.state_dict().items()}
    loaded: dict[Path, Any] = {}
    start, step, said = time.time(), 0, time.time()
    while (passed := (time.time() - start) / (60 * args.minutes)) < 1 and step != args.steps:
        # where steps are counted the clock must not decide how fast it learns
        done = passed if args.steps is None else step / args.steps
        for group, rate in zip(optimiser.param_groups, rates):
            group['lr'] = rate * min(1.0, (step + 1) / 20, max(0.05, 2 * (1 - done)))
        batch = draw_batch(pictures, loaded, args, rng)
        loss, _ = batch_loss(model, batch, ROUNDS, rng, step)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained.parameters(), 1.0)
        optimiser.step()
        step += 1
        keep = min(0.98, (1 + step) / (5 + step))
        for name, value in model.state_dict().items():
            if value.is_floating_point():
                average[name].lerp_(value, 1 - keep)
        if time.time() - said >= SAY_EVERY:
            said = time.time()
            say(f'step {step}, {(said - start) / 60:.1f} of {args.minutes:g} minutes, loss {float(loss.detach()):.3f}')
    model.load_state_dict(average)
    return model, step


def run(args: argparse.Namespace) -> dict[str, Any]:
    if args.output.exists():
        raise SystemExit(f'{args.output} is there already; name a folder that does not exist')
    training, held = split(read_dataset(args.dataset, args.images_folder), args.validation, args.seed)
    model = load(args.model).to(memory_format=torch.channels_last)
    say(f'measuring on {len(held)} pictures that are held back')
    before = measure(model, held, args.side)
    say(f'before: {spelt(before)}; learning from {len(training)} pictures')
    model, steps = tune(model, training, args)
    say(f'{steps} steps made; measuring again')
    after = measure(model, held, args.side)
    say(f'after: {spelt(after)}')
    better = sum(after.values()) > sum(before.values()) and after['box'] >= before['box'] - 0.01
    result = {'pictures': len(training), 'held_back': len(held), 'steps': steps, 'before': rounded(before), 'after': rounded(after), 'written': better}
    if better:
        made = {'minutes': args.minutes, 'part': args.part, 'seed': args.seed, 'incomplete': args.incomplete, **{key: result[key] for key in ('steps', 'pictures', 'held_back', 'before', 'after')}}
        result['largest_difference'] = write(model, args, {**args.lineage, **made})
    return result


def write(model: Model, args: argparse.Namespace, lineage: dict[str, Any]) -> float:
    """The folder, whole or not at all; how far the graphs are from PyTorch."""
    part = part_of(args.output)
    shutil.rmtree(part, ignore_errors=True)
    try:
        worst = export(model.to(memory_format=torch.contiguous_format), part, args.side, args.name, recommended(args.model), lineage)
        for file in part.iterdir():
            with file.open('rb') as opened:
                os.fsync(opened.fileno())
        part.rename(args.output)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return worst


def part_of(output: Path) -> Path:
    return output.with_name(output.name + '.part')


def stop(number: int, _: object) -> None:
    raise SystemExit(128 + number)


def recommended(folder: Path) -> dict[str, float]:
    """What the model that was tuned recommends for the mask generator."""
    file = folder / 'model.json'
    return json.loads(file.read_text()).get('recommended', {}) if file.is_file() else {}


def rounded(values: dict[str, float]) -> dict[str, float]:
    return {key: round(value, 4) for key, value in values.items()}


def spelt(values: dict[str, float]) -> str:
    return f'box {values["box"]:.3f}, one click {values["top"]:.3f}, best of three {values["best"]:.3f}'


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('model', type=Path)
    parser.add_argument('dataset', type=Path)
    parser.add_argument('images_folder', type=Path, metavar='images')
    parser.add_argument('output', type=Path)
    parser.add_argument('--minutes', type=float, default=5)
    parser.add_argument('--steps', type=int, help='stop after so many steps; if the minutes last, the same input gives the same model then')
    parser.add_argument('--part', choices=('all', 'decoder'), default='all')
    parser.add_argument('--validation', type=float, default=0.2, help='share of the pictures to measure on')
    parser.add_argument('--rate', type=float, default=5e-4)
    parser.add_argument('--images', type=int, default=2, help='pictures a step')
    parser.add_argument('--prompts', type=int, default=16, help='prompts a picture')
    parser.add_argument('--side', type=int, default=512, help='of the exported input')
    parser.add_argument('--train-side', type=int, default=384, help='of the squares to learn from; a multiple of 32')
    parser.add_argument('--incomplete', action='store_true', help='the dataset leaves things of interest without a mask; else clicks beside all masks learn to score low')
    parser.add_argument('--name', default='finetuned')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--lineage', type=json.loads, default={}, help='JSON: what model.json shall say of where the model comes from, besides what is known here')
    parser.add_argument('--end-with-stdin', action='store_true', help='end when stdin does')
    args = parser.parse_args()
    # of the exporter: nothing that a user could do about
    warnings.simplefilter('ignore')
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    stdin_watch.on_end = lambda: shutil.rmtree(part_of(args.output), ignore_errors=True)
    torch.set_num_threads(args.threads)
    result = run(args)
    print(json.dumps(result))
    if not result['written']:
        print('not better on the pictures held back: nothing was written', file=sys.stderr)
        sys.exit(NOT_BETTER)


if __name__ == '__main__':
    main()
