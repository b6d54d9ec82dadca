"""Initial weights from a TensorFlow checkpoint with slim's variable names.

DeepLab's scripts take such a checkpoint as ``--tf_initial_checkpoint``.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from train.errors import UsageError
from train.initial_weights.slim import gather_convolutions
from train.initial_weights.weights import Weights, hash_files


def find_checkpoint_prefix(path: Path) -> Path | None:
    """Return the prefix of a checkpoint, given its folder or any of its files, or None."""
    if path.is_dir():
        indices = sorted(path.glob("*.index"), key=lambda index: index.stat().st_mtime)
        return indices[-1].with_suffix("") if indices else None
    if path.suffix in (".index", ".meta") or ".data-" in path.name:
        path = path.with_suffix("")
    return path if Path(f"{path}.index").is_file() else None


def read_checkpoint(prefix: Path) -> Weights:
    """Read each convolution of a checkpoint.

    Args:
        prefix: path without ``.index`` and ``.data-…``.

    Raises:
        UsageError: the checkpoint is damaged, or some of its files are missing.
    """
    import tensorflow as tf  # noqa: PLC0415 - heavy

    try:
        reader = tf.train.load_checkpoint(str(prefix))
        variables = {
            name: np.asarray(reader.get_tensor(name), np.float32)
            for name in reader.get_variable_to_dtype_map()
            if reader.get_variable_to_dtype_map()[name] == tf.float32
        }
    except (tf.errors.OpError, RuntimeError, ValueError) as error:
        raise UsageError(
            f"initial weights {prefix} are a damaged checkpoint, or its .data file is missing: "
            "fetch all of its files again"
        ) from error
    files = sorted(prefix.parent.glob(f"{prefix.name}.*"))
    digest = hash_files(path for path in files if path.suffix == ".index" or ".data-" in path.name)
    return Weights("checkpoint", prefix.name, digest, gather_convolutions(variables))
