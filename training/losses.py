"""What a prediction costs: balanced cross-entropy or focal loss, dice, and the error of the predicted IoU."""
from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def balanced_bce(logits: Tensor, truth: Tensor) -> Tensor:
    """Cross-entropy in which small masks weigh more than their area: logits, truth [..., h, w] -> [...]."""
    inside = truth.mean((-1, -2), keepdim=True).clamp(1e-3, 1 - 1e-3)
    weight = truth * inside ** -0.5 + (1 - truth) * (1 - inside) ** -0.5
    loss = F.binary_cross_entropy_with_logits(logits, truth, reduction='none') * weight
    return loss.mean((-1, -2)) / (inside ** 0.5 + (1 - inside) ** 0.5)[..., 0, 0]


def focal(logits: Tensor, truth: Tensor, gamma: float = 2.0, alpha: float = 0.25) -> Tensor:
    """SAM's focal loss: [..., h, w] -> [...]."""
    p = torch.sigmoid(logits)
    missed = p * (1 - truth) + (1 - p) * truth
    weight = alpha * truth + (1 - alpha) * (1 - truth)
    return (F.binary_cross_entropy_with_logits(logits, truth, reduction='none') * missed ** gamma * weight).mean((-1, -2))


def dice(logits: Tensor, truth: Tensor) -> Tensor:
    """1 - soft Dice: [..., h, w] -> [...]."""
    p = torch.sigmoid(logits)
    return 1 - (2 * (p * truth).sum((-1, -2)) + 1) / (p.sum((-1, -2)) + truth.sum((-1, -2)) + 1)


def true_iou(logits: Tensor, truth: Tensor) -> Tensor:
    """IoU of the thresholded masks: [..., h, w] -> [...]."""
    found, real = logits > 0, truth > 0.5
    return (found & real).sum((-1, -2)).float() / (found | real).sum((-1, -2)).clamp(min=1).float()


def mask_costs(logits: Tensor, truth: Tensor, focal_share: float) -> Tensor:
    """Cost of each of four masks: logits [b, 4, h, w], truth [b, h, w] -> [b, 4]. `focal_share` moves from balanced cross-entropy (0) to SAM's 20:1 focal loss (1)."""
    truth = truth[:, None].expand_as(logits)
    cost = dice(logits, truth)
    if focal_share < 1:
        cost = cost + (1 - focal_share) * balanced_bce(logits, truth)
    if focal_share > 0:
        cost = cost + focal_share * 20 * focal(logits, truth)
    return cost


def edge_loss(logits: Tensor, edges: Tensor) -> Tensor:
    """Cross-entropy of borders, which are few and of which some are not known: [i, h, w] -> mean."""
    return F.binary_cross_entropy_with_logits(logits, edges, pos_weight=torch.tensor(3.0))


def total_loss(logits: Tensor, iou: Tensor, truth: Tensor, ambiguous: Tensor, focal_share: float) -> tuple[Tensor, Tensor, Tensor]:
    """Mean loss of a round, the cost of each prompt's own mask [b], and true IoU [b, 4].

    `ambiguous`: bool [b], one click: the best of masks 1..3 counts in full and token 0 half; else token 0 counts in full and the best of three
    a little, so that the three stay of use. Prompts whose truth is empty train the score alone: it should be 0.
    """
    costs = mask_costs(logits, truth, focal_share)
    best = costs[:, 1:].min(1).values
    # a little for the other two, so that no mask is left behind untrained
    others = costs[:, 1:].mean(1)
    own = torch.where(ambiguous, best + 0.5 * costs[:, 0] + 0.05 * others, costs[:, 0] + 0.2 * best)
    # a click on nothing teaches only the score
    own = own * truth.any(2).any(1)
    real = true_iou(logits.detach(), truth[:, None].expand_as(logits))
    # the score's error is small beside the masks'; without the factor the choice among the three learns late
    return own.mean() + 3 * (iou - real).square().mean(), own.detach(), real
