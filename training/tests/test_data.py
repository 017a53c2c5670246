"""Scenes, trees and prompts: masks fit their pictures, trees nest, prompts lie where they should, seeds repeat."""
import numpy as np
import torch

from training.data.batches import Batches, deepest, edges_of, prompts_of
from training.data.drawn import draw
from training.data.hierarchy import build_tree, lifetimes, members
from training.train import error_clicks, with_click


def test_drawn_scenes_have_masks_that_fit() -> None:
    rng = np.random.default_rng(5)
    for _ in range(10):
        scene = draw(128, rng)
        assert scene.picture.shape == (128, 128, 3) and scene.picture.dtype == np.uint8
        assert len(scene.masks) == len(scene.weights) > 0
        assert all(m.shape == (128, 128) and m.any() for m in scene.masks)


def test_the_same_seed_draws_the_same_batch() -> None:
    a, b = (next(iter(Batches(None, 2, 4, 64, 0.5, 1.0, seed=9))) for _ in range(2))
    assert torch.equal(a.pictures, b.pictures) and torch.equal(a.truth, b.truth) and torch.equal(a.xy, b.xy)


def test_a_tree_nests_and_finds_a_square() -> None:
    picture = np.full((80, 80, 3), 60, np.uint8)
    picture[20:50, 30:60] = (200, 40, 40)
    tree = build_tree(picture)
    inside, life = members(tree), lifetimes(tree)
    assert inside[-1].all() and tree.parents[-1] == -1
    assert (np.diff(tree.heights[inside.shape[1]:]) >= 0).all()
    square = np.zeros((80, 80), bool)
    square[20:50, 30:60] = True
    best = max(((inside[n][tree.leaves] & square).sum() / (inside[n][tree.leaves] | square).sum(), life[n]) for n in range(len(life)))
    assert best[0] > 0.85


def test_no_region_crosses_what_people_drew() -> None:
    rng = np.random.default_rng(2)
    picture = rng.integers(0, 255, (64, 64, 3), dtype=np.uint8)
    labels = np.zeros((64, 64), np.uint8)
    labels[10:40, 10:40] = 1
    tree = build_tree(picture, labels=labels)
    whole = members(tree)
    assert any(np.array_equal(row[tree.leaves], labels == 1) for row in whole)


def test_prompts_lie_on_their_masks() -> None:
    rng = np.random.default_rng(8)
    scene = draw(128, rng)
    truth, xy, labels = prompts_of(scene, 12, rng)
    assert truth.shape == (12, 32, 32)
    assert (labels[:6] == (2, 3)).all() and (labels[6:] == (1, -1)).all()
    assert ((xy[:6, 1] > xy[:6, 0]).all()) and ((xy >= 0) & (xy <= 128)).all()
    assert all(any(m[int(y), int(x)] for m in scene.masks) for x, y in xy[6:, 0])


def test_deepest_counts_the_border_as_edge() -> None:
    mask = np.zeros((50, 80), bool)
    mask[0:21, 0:41] = True
    x, y = deepest(mask)
    assert y == 10 and 10 <= x <= 30


def test_clicks_in_the_larger_error() -> None:
    truth = torch.zeros(2, 32, 32)
    truth[:, 8:24, 8:24] = 1
    logits = torch.full((2, 32, 32), -1.0)
    logits[1, 8:24, 8:24] = 1.0
    logits[1, 26:32, 26:32] = 1.0
    xy, labels = error_clicks(logits, truth)
    assert labels.flatten().tolist() == [1, 0]
    assert 40 < xy[0, 0, 0] < 88 and xy[1, 0, 0] > 104
    boxes, kinds = with_click(torch.zeros(2, 2, 2), torch.tensor([[2.0, 3.0], [1.0, -1.0]]), xy, labels)
    assert kinds.tolist() == [[2, 3, 1], [1, 0, -1]]
    assert torch.equal(boxes[1, 1], xy[1, 0])


def test_edges_run_around_masks() -> None:
    mask = np.zeros((32, 32), bool)
    mask[8:20, 8:20] = True
    edges = edges_of([mask, ~mask])
    expected = np.zeros((8, 8), bool)
    expected[2:6, 2:6] = True
    expected[3:5, 3:5] = False
    # a border is marked on the pixel right of it or below it, so not on the far corner
    expected[5, 5] = False
    assert np.array_equal(edges > 0, expected)
