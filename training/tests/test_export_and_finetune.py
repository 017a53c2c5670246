"""From a checkpoint to graphs and back, and fine-tuning that writes only what is better."""
import argparse
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from training.data.cells import write
from training.data.datasets import Labelled, read_dataset, scene_of
from training.export import export
from training.finetune import run, split, tune
from training.model import Model
from training.weights import fold, load, load_folder


def some_model() -> Model:
    """As after some training: no two weights alike (the exporter keeps only one of equal ones)."""
    torch.manual_seed(5)
    model = Model()
    with torch.no_grad():
        for p in model.parameters():
            p.add_(0.02 * torch.randn_like(p))
    return fold(model)


@pytest.fixture(scope='module')
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp('exported') / 'model'
    export(some_model(), target, 128, recommended={'predIouThresh': 0.4})
    return target


@pytest.fixture(scope='module')
def cells(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp('cells')
    write(target, 4, seed=3)
    return target


def arguments(folder: Path, cells: Path, output: Path, **more: object) -> argparse.Namespace:
    values = dict(model=folder, dataset=cells / 'annotations.json', images_folder=cells / 'images', output=output, minutes=5.0, steps=3, part='all', validation=0.25,
                  rate=1e-3, images=1, prompts=4, side=128, train_side=128, name='tuned', seed=1, threads=2, incomplete=False, lineage={'parent': {'name': 'old'}})
    return argparse.Namespace(**{**values, **more})


def test_weights_come_back_from_the_graphs(folder: Path) -> None:
    ours, theirs = some_model().state_dict(), load_folder(folder).state_dict()
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[k], theirs[k]) for k in ours if not k.startswith('edges.'))


def test_model_json_names_the_files_and_their_sizes(folder: Path) -> None:
    record = json.loads((folder / 'model.json').read_text())
    assert record['inputSide'] == 128 and record['maskSide'] == 32
    assert [(f['path'], f['bytes']) for f in record['files']] == [(n, (folder / n).stat().st_size) for n in ('encoder.onnx', 'decoder.onnx')]


def test_other_graphs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match='expected encoder.onnx'):
        load(tmp_path)


def test_what_is_not_better_is_not_written(folder: Path, cells: Path, tmp_path: Path) -> None:
    result = run(arguments(folder, cells, tmp_path / 'out', steps=0))
    assert result['before'] == result['after'] and result['written'] is False
    assert not (tmp_path / 'out').exists()


def test_a_few_steps_change_the_weights_and_the_result_opens(folder: Path, cells: Path, tmp_path: Path) -> None:
    result = run(arguments(folder, cells, tmp_path / 'out', steps=12, rate=2e-3))
    assert result['steps'] == 12 and result['before'] != result['after']
    assert result['written'] == (tmp_path / 'out').exists()
    if result['written']:
        changed, before = load_folder(tmp_path / 'out').state_dict(), load_folder(folder).state_dict()
        assert any(not torch.equal(changed[k], before[k]) for k in changed)
        lineage = json.loads((tmp_path / 'out' / 'model.json').read_text())['lineage']
        assert lineage['parent'] == {'name': 'old'} and lineage['steps'] == 12 and lineage['after'] == result['after']
    assert not (tmp_path / 'out.part').exists()


def test_counted_steps_give_the_same_model_again(folder: Path, cells: Path, tmp_path: Path) -> None:
    models = [tune(load(folder), split(read_dataset(cells / 'annotations.json', cells / 'images'), 0.25, 1)[0], arguments(folder, cells, tmp_path / 'out', minutes=minutes))[0].state_dict() for minutes in (5.0, 50.0)]
    assert all(torch.equal(models[0][k], models[1][k]) for k in models[0])


def test_an_output_that_exists_is_left_alone(folder: Path, cells: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match='there already'):
        run(arguments(folder, cells, tmp_path))


def test_a_picture_that_is_missing_is_named(cells: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match='001.png'):
        read_dataset(cells / 'annotations.json', tmp_path)


def test_pictures_are_upright_and_of_the_size_of_their_masks(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(np.zeros((10, 20, 3), np.uint8)).save(tmp_path / 'turned.jpg', exif=exif)
    assert Labelled(tmp_path / 'turned.jpg', 20, 10, []).picture().shape == (20, 10, 3)
    with pytest.raises(SystemExit, match='expected 20 x 10 pixels.*found 10 x 20'):
        Labelled(tmp_path / 'turned.jpg', 10, 20, []).picture()
    Image.fromarray(np.full((4, 4), 0x8040, np.uint16)).save(tmp_path / 'deep.png')
    assert Labelled(tmp_path / 'deep.png', 4, 4, []).picture().max() == 127


def test_scenes_of_a_dataset_keep_masks_on_their_things(cells: Path) -> None:
    pictures = read_dataset(cells / 'annotations.json', cells / 'images')
    training, held = split(pictures, 0.25, seed=1)
    assert len(training) == 3 and len(held) == 1 and held[0] not in training
    rng = np.random.default_rng(4)
    for _ in range(8):
        scene = scene_of(pictures[0].picture(), pictures[0].rles, 128, rng)
        assert all(m.shape == (128, 128) and m.sum() >= 12 for m in scene.masks)
        assert scene.free is None
        complete = scene_of(pictures[0].picture(), pictures[0].rles, 128, rng, complete=True)
        assert complete.free is not None and not any((complete.free & m).any() for m in complete.masks)
