"""Read a TFLite flatbuffer: its ops in running order, with their tensors and options."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any

from convert.errors import UsageError

IDENTIFIER = b"TFL3"  # file identifier at bytes 4–8, from the TFLite schema
MAX_VALUES = 16  # longer constants are weights, not axes, sizes or strides


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor of the graph.

    Attributes:
        index: number in the subgraph.
        name: name that the converter gave it.
        shape: sizes; -1 for a dynamic one.
        sizes: sizes in the file, also of dynamic ones.
        dtype: ``INT8``, ``FLOAT32`` and so on, as in the TFLite schema.
        constant: whether the file contains its values.
        state: whether an op keeps it from one call to the next.
        scales: quantisation scales: several per channel, one per tensor, none if not quantised.
        zero_points: zero points, as many as scales.
        values: values of a small constant INT32 tensor (axes, sizes), otherwise ().
        zero: whether it is constant and all its values represent 0.
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
        index: position in running order.
        name: builtin name, or the name of a custom op.
        custom: whether it is a custom op.
        inputs: tensors that it reads, without absent optional ones.
        outputs: tensors that it writes.
        options: builtin options by their schema names (``dilationHFactor`` …).
        version: version of the op; a runtime or compiler refuses versions that it does not know.
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
        """Inputs that are neither constant nor state."""
        return tuple(t for t in self.inputs if not t.constant and not t.state)


@dataclass(frozen=True, slots=True)
class Graph:
    """The first subgraph of a model.

    Attributes:
        inputs: inputs of the model.
        outputs: outputs of the model.
        ops: ops in running order.
        subgraphs: number of subgraphs in the file.
    """

    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    ops: tuple[Op, ...]
    subgraphs: int


def read_graph(flatbuffer: bytes, what: str) -> Graph:
    """Parse a TFLite flatbuffer.

    Args:
        flatbuffer: content of the file.
        what: name of the model in an error.

    Returns:
        The first subgraph.

    Raises:
        UsageError: the content is not a TFLite model, or is damaged.
    """
    if flatbuffer[4:8] != IDENTIFIER:
        raise UsageError(f"{what} is not a TFLite model: give a .tflite file")
    schema = load_schema()
    try:
        model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(flatbuffer, 0))
        graph = _parse_graph(schema, model)
    except (struct.error, IndexError, TypeError, ValueError, KeyError, AttributeError) as error:
        raise _damaged_error(what) from error
    return graph


def _damaged_error(what: str) -> UsageError:
    return UsageError(f"{what} is a damaged or truncated TFLite model: copy or convert it again")


def load_schema() -> Any:  # noqa: ANN401 - generated code without types
    """Load the TFLite schema: LiteRT's takes a tenth of a second, TensorFlow's four seconds."""
    try:
        from ai_edge_litert import schema_py_generated  # noqa: PLC0415 - optional
    except ImportError:
        from tensorflow.lite.python import schema_py_generated  # noqa: PLC0415 - seconds to load
    return schema_py_generated


def _invert_enumeration(enumeration: type) -> dict[int, str]:
    return {value: name for name, value in vars(enumeration).items() if not name.startswith("_")}


def _parse_graph(schema: Any, model: Any) -> Graph:  # noqa: ANN401 - generated code without types
    subgraph = model.subgraphs[0]
    dtypes = _invert_enumeration(schema.TensorType)
    tensors = [
        _parse_tensor(number, tensor, dtypes, model.buffers)
        for number, tensor in enumerate(subgraph.tensors)
    ]
    builtin = _invert_enumeration(schema.BuiltinOperator)
    ops = []
    for index, operator in enumerate(subgraph.operators):
        code = model.operatorCodes[operator.opcodeIndex]
        # Old writers set only the deprecated 8-bit field, new ones the 32-bit one.
        name = builtin[max(code.builtinCode, code.deprecatedBuiltinCode)]
        custom = name == "CUSTOM"
        ops.append(
            Op(
                index=index,
                name=_to_text(code.customCode) if custom else name,
                custom=custom,
                inputs=tuple(tensors[t] for t in _to_list(operator.inputs) if t >= 0),
                outputs=tuple(tensors[t] for t in _to_list(operator.outputs) if t >= 0),
                options=dict(vars(operator.builtinOptions)) if operator.builtinOptions else {},
                version=int(code.version),
            )
        )
    return Graph(
        inputs=tuple(tensors[t] for t in _to_list(subgraph.inputs)),
        outputs=tuple(tensors[t] for t in _to_list(subgraph.outputs)),
        ops=tuple(ops),
        subgraphs=len(model.subgraphs),
    )


def _parse_tensor(index: int, tensor: Any, dtypes: dict[int, str], buffers: Any) -> Tensor:  # noqa: ANN401 - generated code without types
    quantisation = tensor.quantization
    scales = _to_list(quantisation.scale) if quantisation else []
    zero_points = _to_list(quantisation.zeroPoint) if quantisation else []
    data = buffers[tensor.buffer].data
    constant = data is not None and len(data) > 0
    dtype = dtypes[tensor.type]
    small = constant and dtype == "INT32" and len(data) <= MAX_VALUES * 4
    zero = (int(zero_points[0]) if zero_points else 0) & 0xFF
    return Tensor(
        index=index,
        name=_to_text(tensor.name),
        shape=tuple(int(v) for v in _to_list(tensor.shapeSignature) or _to_list(tensor.shape)),
        sizes=tuple(int(v) for v in _to_list(tensor.shape)),
        dtype=dtype,
        constant=constant,
        state=bool(tensor.isVariable),
        scales=tuple(float(v) for v in scales),
        zero_points=tuple(int(v) for v in zero_points),
        values=struct.unpack(f"<{len(data) // 4}i", bytes(data)) if small else (),
        zero=constant and dtype in {"INT8", "UINT8"} and set(bytes(data)) == {zero},
    )


def _to_list(values: Any) -> list[Any]:  # noqa: ANN401 - None, list or numpy array
    return [] if values is None else list(values)


def _to_text(value: Any) -> str:  # noqa: ANN401 - None, bytes or str
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")
