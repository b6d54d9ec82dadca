"""What a TFLite flatbuffer holds: its ops, their tensors and options, in running order."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any

from convert.errors import UsageError

IDENTIFIER = b"TFL3"  # File identifier at bytes 4–8, from the TFLite schema.
MAX_VALUES = 16  # Axes, sizes and strides are shorter than this; weights are not.


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor of the graph.

    Attributes:
        index: its number in the subgraph.
        name: as the converter named it.
        shape: sizes; -1 where they may change between calls.
        sizes: those that the file starts with, also where they may change.
        dtype: ``INT8``, ``FLOAT32`` and so on, as in the TFLite schema.
        constant: whether the file holds its values.
        state: whether it is an op's memory from one call to the next.
        scales: quantisation scales; several when per channel, none when not quantised.
        zero_points: as many as scales.
        values: the numbers of a small constant INT32 tensor (axes, sizes), else none.
        zero: whether it is constant and every value stands for 0.
    """

    index: int
    name: str
    shape: tuple[int, ...]
    sizes: tuple[int, ...]
    dtype: str
    constant: bool
    state: bool
    scales: tuple[float, ...]
    zero_points: tuple[int, ...]
    values: tuple[int, ...] = ()
    zero: bool = False


@dataclass(frozen=True, slots=True)
class Op:
    """One operator.

    Attributes:
        index: place in running order.
        name: builtin name, or the custom op's own.
        custom: whether it is a custom op.
        inputs: tensors read; optional ones that are absent are left out.
        outputs: tensors written.
        options: the builtin options by their schema names (``dilationHFactor`` …).
        version: of the op; a runtime or compiler refuses those newer than it knows.
    """

    index: int
    name: str
    custom: bool
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    options: dict[str, Any] = field(default_factory=dict)
    version: int = 1

    @property
    def activations(self) -> tuple[Tensor, ...]:
        """Inputs that another op or the caller computes."""
        return tuple(t for t in self.inputs if not t.constant and not t.state)


@dataclass(frozen=True, slots=True)
class Graph:
    """The first subgraph of a model.

    Attributes:
        inputs: what the caller gives.
        outputs: what the caller gets.
        ops: in running order.
        subgraphs: how many subgraphs the file has.
    """

    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    ops: tuple[Op, ...]
    subgraphs: int


def read_graph(flatbuffer: bytes, what: str) -> Graph:
    """Parse a TFLite flatbuffer.

    Args:
        flatbuffer: the file's bytes.
        what: how to name it in an error.

    Returns:
        Its first subgraph.

    Raises:
        UsageError: the bytes are not a whole TFLite model.
    """
    if flatbuffer[4:8] != IDENTIFIER:
        raise UsageError(f"{what} is not a TFLite model: give a .tflite file")
    schema = schema_module()
    try:
        model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(flatbuffer, 0))
        graph = _graph(schema, model)
    except (struct.error, IndexError, TypeError, ValueError, KeyError, AttributeError) as error:
        raise _truncated(what) from error
    return graph


def _truncated(what: str) -> UsageError:
    return UsageError(f"{what} is a damaged or truncated TFLite model: copy or convert it again")


def schema_module() -> Any:  # noqa: ANN401 - generated code without types
    """Load the TFLite schema; LiteRT's copy comes in a tenth of a second, TensorFlow's in four."""
    try:
        from ai_edge_litert import schema_py_generated  # noqa: PLC0415 - optional
    except ImportError:
        from tensorflow.lite.python import schema_py_generated  # noqa: PLC0415 - seconds to load
    return schema_py_generated


def _names(enumeration: type) -> dict[int, str]:
    return {value: name for name, value in vars(enumeration).items() if not name.startswith("_")}


def _graph(schema: Any, model: Any) -> Graph:  # noqa: ANN401 - generated code without types
    subgraph = model.subgraphs[0]
    dtypes = _names(schema.TensorType)
    tensors = [
        _tensor(number, tensor, dtypes, model.buffers)
        for number, tensor in enumerate(subgraph.tensors)
    ]
    builtin = _names(schema.BuiltinOperator)
    ops = []
    for index, operator in enumerate(subgraph.operators):
        code = model.operatorCodes[operator.opcodeIndex]
        # Old writers fill only the 8-bit field, new ones the wide one.
        name = builtin[max(code.builtinCode, code.deprecatedBuiltinCode)]
        custom = name == "CUSTOM"
        ops.append(
            Op(
                index=index,
                name=_text(code.customCode) if custom else name,
                custom=custom,
                inputs=tuple(tensors[t] for t in _list(operator.inputs) if t >= 0),
                outputs=tuple(tensors[t] for t in _list(operator.outputs) if t >= 0),
                options=dict(vars(operator.builtinOptions)) if operator.builtinOptions else {},
                version=int(code.version),
            )
        )
    return Graph(
        inputs=tuple(tensors[t] for t in _list(subgraph.inputs)),
        outputs=tuple(tensors[t] for t in _list(subgraph.outputs)),
        ops=tuple(ops),
        subgraphs=len(model.subgraphs),
    )


def _tensor(index: int, tensor: Any, dtypes: dict[int, str], buffers: Any) -> Tensor:  # noqa: ANN401 - generated code without types
    quantisation = tensor.quantization
    scales = _list(quantisation.scale) if quantisation else []
    zero_points = _list(quantisation.zeroPoint) if quantisation else []
    data = buffers[tensor.buffer].data
    constant = data is not None and len(data) > 0
    dtype = dtypes[tensor.type]
    small = constant and dtype == "INT32" and len(data) <= MAX_VALUES * 4
    nought = (int(zero_points[0]) if zero_points else 0) & 0xFF
    return Tensor(
        index=index,
        name=_text(tensor.name),
        shape=tuple(int(v) for v in _list(tensor.shapeSignature) or _list(tensor.shape)),
        sizes=tuple(int(v) for v in _list(tensor.shape)),
        dtype=dtype,
        constant=constant,
        state=bool(tensor.isVariable),
        scales=tuple(float(v) for v in scales),
        zero_points=tuple(int(v) for v in zero_points),
        values=struct.unpack(f"<{len(data) // 4}i", bytes(data)) if small else (),
        zero=constant and dtype in {"INT8", "UINT8"} and set(bytes(data)) == {nought},
    )


def _list(values: Any) -> list[Any]:  # noqa: ANN401 - None, list or numpy array
    return [] if values is None else list(values)


def _text(value: Any) -> str:  # noqa: ANN401 - None, bytes or str
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")
