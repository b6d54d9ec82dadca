"""The processes and devices that train one network together, through ``tf.distribute``.

Each replica takes its part of the global batch. Gradients are summed over all of them before
they are clipped, and the norms see the whole batch, so that all together learn what one machine
with the same batch would learn. One process, the chief, validates and writes; the others follow.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras

from train.arrays import Float32Array, UInt8Array
from train.errors import UsageError
from train.network.architecture import NORMALISATION_MEAN, NORMALISATION_STD
from train.network.letterbox import normalise
from train.training.loss import GarmentLoss

Step = Callable[[UInt8Array, Float32Array], float]


@dataclass(frozen=True, slots=True)
class Distribution:
    """The replicas that train one network.

    Attributes:
        strategy: how TensorFlow spreads a step, or None: this process on one device.
    """

    strategy: Any = None

    @property
    def replicas(self) -> int:
        """Copies of the network, over all processes."""
        return 1 if self.strategy is None else int(self.strategy.num_replicas_in_sync)

    @property
    def is_chief(self) -> bool:
        """Whether this process validates and writes."""
        resolver = None if self.strategy is None else self.strategy.cluster_resolver
        if resolver is None or not resolver.task_type:
            return True
        return resolver.task_type == "chief" or (
            resolver.task_id == 0 and "chief" not in resolver.cluster_spec().jobs
        )

    def scope(self) -> contextlib.AbstractContextManager[Any]:
        """Return the context in which networks and optimisers must be made."""
        if self.strategy is None:
            return contextlib.nullcontext()
        scope: contextlib.AbstractContextManager[Any] = self.strategy.scope()
        return scope

    def make_step(self, model: keras.Model, loss: GarmentLoss) -> Step:
        """Return the function that trains ``model``, compiled for a phase, on one global batch."""
        if self.strategy is None:
            return _make_single_step(model)
        return _make_distributed_step(self.strategy, model, loss)

    def broadcast(self, value: float) -> float:
        """Return the chief's ``value`` in every process; each waits for all the others."""
        if self.strategy is None:
            return value

        import tensorflow as tf  # noqa: PLC0415 - only distributed training needs it

        def sum_up(own: Any) -> Any:
            context = tf.distribute.get_replica_context()
            first = tf.equal(context.replica_id_in_sync_group, 0)
            return context.all_reduce("SUM", tf.where(first, own, 0.0))

        share = tf.function(lambda own: self.strategy.run(sum_up, args=(own,)))
        local = self.strategy.experimental_local_results(share(tf.constant(value, tf.float32)))
        return float(local[0])


def start_distribution(name: str | None) -> Distribution:
    """Start what ``--strategy`` names. It must be the first that uses TensorFlow.

    Raises:
        UsageError: several machines are asked for, and ``TF_CONFIG`` does not name them.
    """
    if name is None:
        return Distribution()
    if keras.backend.backend() != "tensorflow":
        raise UsageError(
            f"--strategy needs Keras on TensorFlow, and KERAS_BACKEND is "
            f"{keras.backend.backend()}: leave one of the two out"
        )
    import tensorflow as tf  # noqa: PLC0415 - only distributed training needs it

    if name == "mirrored":
        return Distribution(tf.distribute.MirroredStrategy())
    if not os.environ.get("TF_CONFIG"):
        raise UsageError(
            "--strategy multiworker needs the environment variable TF_CONFIG: set it on each "
            "machine to the cluster's workers and to its own task, as tf.distribute says"
        )
    sys.stderr.write("waiting for all machines that TF_CONFIG names\n")
    # TensorFlow waits in native code, where Python's own handler of Ctrl-C never runs.
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        return Distribution(tf.distribute.MultiWorkerMirroredStrategy())
    except (ValueError, KeyError, RuntimeError, tf.errors.OpError) as error:
        raise UsageError(f"TF_CONFIG does not fit ({error}): name workers and task") from error
    finally:
        signal.signal(signal.SIGINT, before)


def _make_single_step(model: keras.Model) -> Step:
    def step(pictures: UInt8Array, targets: Float32Array) -> float:
        # train_on_batch reports the running mean; the step's own loss needs a reset before it.
        model.reset_metrics()
        # Bytes travel to the device: a quarter of the traffic of float32.
        levels = keras.ops.cast(keras.ops.convert_to_tensor(pictures), "float32")
        normalised = (levels - NORMALISATION_MEAN) / NORMALISATION_STD
        return float(model.train_on_batch(normalised, targets))

    return step


def _make_distributed_step(strategy: Any, model: keras.Model, loss: GarmentLoss) -> Step:
    import tensorflow as tf  # noqa: PLC0415 - only distributed training needs it

    replicas = strategy.num_replicas_in_sync
    optimizer = model.optimizer
    if optimizer.clipnorm is not None:
        # Keras sums the replicas' gradients: each returns its share of a clipped one.
        optimizer.clipnorm = optimizer.clipnorm / replicas
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.synchronized = True

    def replica_step(pictures: Any, targets: Any) -> Any:
        with tf.GradientTape() as tape:
            logits = tf.cast(model(pictures, training=True), tf.float32)
            # Summed over the replicas this is the mean over the global batch.
            share = tf.reduce_mean(loss.call(targets, logits)) / replicas
        weights = model.trainable_weights
        context = tf.distribute.get_replica_context()
        gradients = context.all_reduce("SUM", tape.gradient(share, weights))
        optimizer.apply_gradients(
            (gradient / replicas, weight)
            for gradient, weight in zip(gradients, weights, strict=True)
        )
        return context.all_reduce("SUM", share)

    shared = tf.function(lambda *batch: strategy.run(replica_step, args=batch))

    def split(batch: UInt8Array | Float32Array) -> Any:
        size = len(batch) // replicas

        def take(context: Any) -> Any:
            first = context.replica_id_in_sync_group * size
            return tf.constant(batch[first : first + size])

        return strategy.experimental_distribute_values_from_function(take)

    def step(pictures: UInt8Array, targets: Float32Array) -> float:
        losses = shared(split(normalise(pictures)), split(targets))
        return float(strategy.experimental_local_results(losses)[0])

    return step
