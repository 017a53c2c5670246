"""Losses: perfect is nearly free, the best of three counts for one click, IoU is what it says."""
import torch

from training.losses import mask_costs, total_loss, true_iou


def squares() -> torch.Tensor:
    truth = torch.zeros(2, 16, 16)
    truth[0, 2:8, 2:8] = 1
    truth[1, 4:14, 6:12] = 1
    return truth


def test_perfect_logits_cost_little_and_empty_ones_much() -> None:
    truth = squares()
    perfect, empty = (20 * (2 * truth - 1))[:, None].repeat(1, 4, 1, 1), torch.full((2, 4, 16, 16), -20.0)
    for share in (0.0, 0.5, 1.0):
        assert mask_costs(perfect, truth, share).max() < 0.05
        assert mask_costs(empty, truth, share).min() > 0.8


def test_for_one_click_a_single_good_mask_of_three_is_enough() -> None:
    truth = squares()
    logits = torch.full((2, 4, 16, 16), -20.0)
    logits[:, 2] = 20 * (2 * truth - 1)
    _, click, _ = total_loss(logits, torch.zeros(2, 4), truth, torch.tensor([True, True]), 0.0)
    _, box, _ = total_loss(logits, torch.zeros(2, 4), truth, torch.tensor([False, False]), 0.0)
    assert (click < 0.7 * box).all()


def test_true_iou() -> None:
    truth = squares()[:1]
    logits = torch.full((1, 16, 16), -1.0)
    logits[0, 2:8, 2:5] = 1
    assert torch.allclose(true_iou(logits, truth), torch.tensor([0.5]))


def test_a_click_on_nothing_teaches_the_score_alone() -> None:
    truth = torch.zeros(1, 16, 16)
    logits = torch.full((1, 4, 16, 16), 3.0)
    high, _, real = total_loss(logits, torch.ones(1, 4), truth, torch.tensor([True]), 0.0)
    low, _, _ = total_loss(logits, torch.zeros(1, 4), truth, torch.tensor([True]), 0.0)
    assert real.max() == 0 and low == 0 and high > 1
