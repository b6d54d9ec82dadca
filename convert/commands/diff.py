"""``python -m convert diff OLD NEW``: what changed between two bundles."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

from convert.bundle.reader import ReadBundle, read_bundle
from convert.graph.flatbuffer import read_graph

# Entries that differ in every bundle and say nothing about its model.
SKIPPED = frozenset({"created", "run_id", "sha256", "source"})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m convert diff",
        description="Show what changed between two bundles: data, recipe, ops, quality.",
    )
    parser.add_argument("old", type=Path, metavar="OLD")
    parser.add_argument("new", type=Path, metavar="NEW")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead")
    return parser


def main(arguments: list[str]) -> int:
    """Compare and print; return the exit code 0.

    Raises:
        UsageError: one of the folders is not a whole bundle.
    """
    options = _parser().parse_args(arguments)
    changes = compare_bundles(read_bundle(options.old), read_bundle(options.new))
    if options.json:
        print(json.dumps(changes, indent=2, ensure_ascii=False))
    else:
        print(format_changes(changes))
    return 0


def compare_bundles(old: ReadBundle, new: ReadBundle) -> dict[str, dict[str, list[Any]]]:
    """Compare two bundles.

    Returns:
        Section to name to ``[old, new]``, None where one has no such entry; equal entries and
        empty sections are left out.
    """
    before, after = _collect_facts(old), _collect_facts(new)
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


def format_changes(changes: dict[str, dict[str, list[Any]]]) -> str:
    """Write the differences, a section at a time, old value -> new value."""
    if not changes:
        return "the two bundles hold the same model, made in the same way"
    width = max(len(name) for changed in changes.values() for name in changed)
    lines = []
    for section, changed in changes.items():
        lines.append(section)
        for name, (old, new) in changed.items():
            line = f"  {name:<{width}}  {_format_value(old)} -> {_format_value(new)}"
            if isinstance(old, float) and isinstance(new, float):
                line += f"  ({new - old:+.4f})"
            lines.append(line)
    return "\n".join(lines)


def _collect_facts(bundle: ReadBundle) -> dict[str, dict[str, Any]]:
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
        "training": _flatten(rest),
        "recipe": _flatten(manifest.get("recipe", {})),
        "input": _flatten(manifest.get("input", {})),
        "output": _flatten(manifest.get("output", {})),
        "ops": dict(ops),
        "quality": _collect_quality(manifest.get("quality", {})),
    }


def _collect_quality(quality: dict[str, Any]) -> dict[str, Any]:
    """Collect figures by data set, so that the same ones are compared whatever their order."""
    found = {}
    for entry in [quality, *quality.get("more", [])] if quality else []:
        figures = {key: value for key, value in entry.items() if key not in {"dataset", "more"}}
        for name, value in _flatten(figures).items():
            found[f"{entry.get('dataset')} {name}"] = value
    return found


def _flatten(entries: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    found = {}
    for key, value in entries.items():
        if key in SKIPPED:
            continue
        if isinstance(value, dict):
            found.update(_flatten(value, f"{prefix}{key} "))
        else:
            found[f"{prefix}{key}"] = value
    return found


def _format_value(value: object) -> str:
    if value is None:
        return "(none)"
    return f"{value:.4f}" if isinstance(value, float) else str(value)
