"""Reads a model back from the folder that was exported: the graphs hold the weights under their own names."""
from __future__ import annotations

from pathlib import Path

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from .encoder import ConvBN
from .model import Model


def fold(model: Model) -> Model:
    """Normalisations folded into the convolutions before them: the form that is exported and fine-tuned."""
    model.eval()
    for module in model.modules():
        if isinstance(module, ConvBN):
            module[0] = fuse_conv_bn_eval(module[0], module[1])
            module[1] = nn.Identity()
    return model


def load_checkpoint(file: Path) -> Model:
    """The averaged weights of a checkpoint, folded."""
    state = torch.load(file, map_location='cpu', weights_only=True)
    model = Model(**state['model_config'])
    model.load_state_dict(state['average'])
    return fold(model)


def load_folder(folder: Path) -> Model:
    """The weights of `encoder.onnx` and `decoder.onnx`; ends the program where they are of another architecture."""
    import onnx
    from onnx import numpy_helper

    model = fold(Model())
    state = model.state_dict()
    found = {}
    for part in ('encoder', 'decoder'):
        if not (folder / f'{part}.onnx').is_file():
            raise SystemExit(f'{folder}: expected encoder.onnx and decoder.onnx in it')
        for initializer in onnx.load(str(folder / f'{part}.onnx')).graph.initializer:
            name = initializer.name if initializer.name.startswith(f'{part}.') else f'{part}.{initializer.name}'
            if name in state:
                found[name] = torch.from_numpy(numpy_helper.to_array(initializer).copy())
    # the training's own head is not exported
    found.update({name: value for name, value in state.items() if name.startswith('edges.')})
    missing = [name for name, value in state.items() if name not in found or found[name].shape != value.shape]
    if missing:
        raise SystemExit(f'{folder}: these graphs are not of the embedded architecture: {len(missing)} weights are missing, {missing[0]} first. Only exports of training.export can be fine-tuned.')
    model.load_state_dict(found)
    return model


def load(path: Path) -> Model:
    """From a checkpoint or from an exported folder."""
    return load_folder(path) if path.is_dir() else load_checkpoint(path)
