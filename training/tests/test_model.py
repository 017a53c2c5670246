"""The model: shapes, what prompts must and must not change, positions that do not depend on the input's size."""
import pytest
import torch

from training.model import Model
from training.prompts import cover, sample_weights


@pytest.fixture(scope='module')
def model() -> Model:
    torch.manual_seed(3)
    return Model().eval()


def ask(model: Model, embedding: torch.Tensor, xy: list, labels: list, side: float = 128.0) -> tuple[torch.Tensor, torch.Tensor]:
    b = len(xy)
    h, w = embedding.shape[2:]
    return model.decode(embedding, torch.tensor(xy, dtype=torch.float32), torch.tensor(labels, dtype=torch.float32), torch.zeros(b, 1, h, w), torch.zeros(b), side)


def test_shapes(model: Model) -> None:
    with torch.no_grad():
        embedding = model.encode(torch.randn(1, 3, 128, 96))
        logits, iou = ask(model, embedding, [[[10, 10], [50, 60]], [[20, 20], [70, 90]]], [[2, 3], [2, 3]])
    assert embedding.shape[2:] == (32, 24)
    assert logits.shape == (2, 4, 32, 24) and iou.shape == (2, 4)
    assert ((iou >= 0) & (iou <= 1)).all()


def test_a_prompt_in_a_batch_is_answered_as_alone(model: Model) -> None:
    with torch.no_grad():
        embedding = model.encode(torch.randn(1, 3, 128, 128))
        xy, labels = [[[10, 10], [0, 0]], [[90, 60], [0, 0]], [[64, 100], [0, 0]]], [[1, -1]] * 3
        both = ask(model, embedding, xy, labels)[0]
        for i in range(3):
            assert torch.allclose(ask(model, embedding, xy[i:i + 1], labels[i:i + 1])[0], both[i:i + 1], atol=1e-4)


def test_prompts_of_several_images_do_not_mix(model: Model) -> None:
    with torch.no_grad():
        embedding = model.encode(torch.randn(2, 3, 128, 128))
        xy, labels = [[[10, 10], [50, 70]], [[5, 60], [90, 110]]], [[2, 3], [2, 3]]
        together = ask(model, embedding, xy + xy, labels + labels)[0]
        assert torch.allclose(ask(model, embedding[1:], xy, labels)[0], together[2:], atol=1e-4)


def test_a_fresh_model_fills_the_box(model: Model) -> None:
    """The box itself is where learning starts."""
    with torch.no_grad():
        logits, _ = ask(model, 0 * model.encode(torch.randn(1, 3, 128, 128)), [[[32, 16], [96, 112]]], [[2, 3]])
    box = torch.zeros(32, 32, dtype=torch.bool)
    box[4:28, 8:24] = True
    found = logits[0, 0] > logits[0, 0].mean()
    assert (found & box).sum() / (found | box).sum() > 0.9


def test_weights_of_points_and_boxes() -> None:
    weights = sample_weights(torch.tensor([[10.0, 0.0, 127.9]]), 32, 4)
    assert torch.allclose(weights.sum(2), torch.ones(1, 3))
    assert torch.allclose((weights * (torch.arange(32) * 4 + 2)).sum(2)[0, 0], torch.tensor(10.0))
    covered = cover(torch.tensor([6.0]), torch.tensor([14.0]), 32, 4)
    assert torch.allclose(covered[0, :5], torch.tensor([0, 0.5, 1, 0.5, 0]))
