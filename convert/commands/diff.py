"""``python -m convert diff OLD NEW``: what changed between two bundles."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

from convert.bundle.reader import ReadBundle, read_bundle
from convert.graph.flatbuffer import read_graph

# What says nothing about the model.
SKIPPED = frozenset({"created", "run_id", "sha256", "source"})


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    arguments = argparse.ArgumentParser(
        prog="python -m convert diff",
        description="Show what changed between two bundles: data, recipe, ops, quality.",
    )
    arguments.add_argument("old", type=Path, metavar="OLD")
    arguments.add_argument("new", type=Path, metavar="NEW")
    arguments.add_argument("--json", action="store_true", help="print one JSON object instead")
    return arguments


def main(argv: list[str]) -> int:
    """Run the command line; returns the exit code 0.

    Raises:
        UsageError: one of the folders is not a whole bundle.
    """
    options = parser().parse_args(argv)
    changes = compare(read_bundle(options.old), read_bundle(options.new))
    if options.json:
        print(json.dumps(changes, indent=2, ensure_ascii=False))
    else:
        print(table(changes))
    return 0


def compare(old: ReadBundle, new: ReadBundle) -> dict[str, dict[str, list[Any]]]:
    """Find the differences.

    Returns:
        Section to name to ``[old, new]``, None where one has no such entry; equal entries and
        empty sections are left out.
    """
    before, after = _facts(old), _facts(new)
    changes = {}
    for section in before:
        names = [*before[section], *(n for n in after[section] if n not in before[section])]
        changed = {
            name: [before[section].get(name), after[section].get(name)]
            for name in names
            if before[section].get(name) != after[section].get(name)
        }
        if changed:
            changes[section] = changed
    return changes


def table(changes: dict[str, dict[str, list[Any]]]) -> str:
    """Lay the differences out for a terminal."""
    if not changes:
        return "the two bundles hold the same model, made in the same way"
    width = max(len(name) for changed in changes.values() for name in changed)
    lines = []
    for section, changed in changes.items():
        lines.append(section)
        for name, (old, new) in changed.items():
            line = f"  {name:<{width}}  {_shown(old)} -> {_shown(new)}"
            if isinstance(old, float) and isinstance(new, float):
                line += f"  ({new - old:+.4f})"
            lines.append(line)
    return "\n".join(lines)


def _facts(bundle: ReadBundle) -> dict[str, dict[str, Any]]:
    manifest = bundle.manifest
    training = manifest.get("training", {})
    data = {
        f"{entry.get('name')} {key}": value
        for entry in training.get("data", [])
        for key, value in entry.items()
        if key not in {"name", *SKIPPED}
    }
    rest = {key: value for key, value in training.items() if key not in {"data", "run_id"}}
    ops = Counter(op.name for op in read_graph(bundle.files["cpu"], str(bundle.folder)).ops)
    return {
        "bundle": {
            **{key: manifest.get(key) for key in ("id", "version", "created", "licence")},
            **{f"{role} bytes": len(data) for role, data in bundle.files.items()},
        },
        "data": data,
        "training": _flat(rest),
        "recipe": _flat(manifest.get("recipe", {})),
        "input": _flat(manifest.get("input", {})),
        "output": _flat(manifest.get("output", {})),
        "ops": dict(ops),
        "quality": _quality(manifest.get("quality", {})),
    }


def _quality(quality: dict[str, Any]) -> dict[str, Any]:
    """Figures by data set, so that the same ones stand side by side whatever their order."""
    found = {}
    for entry in [quality, *quality.get("more", [])] if quality else []:
        figures = {key: value for key, value in entry.items() if key not in {"dataset", "more"}}
        for name, value in _flat(figures).items():
            found[f"{entry.get('dataset')} {name}"] = value
    return found


def _flat(record: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    found = {}
    for key, value in record.items():
        if key in SKIPPED:
            continue
        if isinstance(value, dict):
            found.update(_flat(value, f"{prefix}{key} "))
        else:
            found[f"{prefix}{key}"] = value
    return found


def _shown(value: object) -> str:
    if value is None:
        return "(none)"
    return f"{value:.4f}" if isinstance(value, float) else str(value)
