"""Encoder and decoder together, and how many multiplications each takes."""
from __future__ import annotations

from torch import Tensor, nn

from .decoder import Decoder
from .encoder import Encoder

# mean and deviation of pixels 0..255, RGB: SAM's
PIXEL_MEAN = (123.675, 116.28, 103.53)
PIXEL_STD = (58.395, 57.12, 57.375)


class Model(nn.Module):
    """Holds both parts; `encode` and `decode` are theirs."""

    def __init__(self, fine: int = 48, coarse: int = 128) -> None:
        super().__init__()
        self.encoder = Encoder(fine=fine, coarse=coarse)
        self.decoder = Decoder(fine=fine, coarse=coarse)
        # only for training: says where borders run, so that the features learn of all of them at once
        self.edges = nn.Conv2d(fine, 1, 1)

    def encode(self, pixels: Tensor) -> Tensor:
        """Normalised pixels float [i, 3, S, T] -> embedding [i, C, S / 4, T / 4]."""
        return self.encoder(pixels)

    def decode(self, embedding: Tensor, xy: Tensor, labels: Tensor, earlier: Tensor, has_earlier: Tensor, side: float) -> tuple[Tensor, Tensor]:
        """As `Decoder.forward`."""
        return self.decoder(embedding, xy, labels, earlier, has_earlier, side)
