"""`python -m device.settings.table`: the page of all settings, made of their declarations."""

from __future__ import annotations

from device.settings.config import Config
from device.settings.declaration import Setting, list_settings, list_tables
from device.settings.toml_text import format_toml

_HEAD = """\
# Settings

Every setting is a key of the TOML file that `python -m device.run --config FILE` reads. Those with
a flag can be given on the command line too, where they win. `--check-config` prints all of them
with the values in effect, in the same form.

This page is printed by `python -m device.settings.table`; a test holds it to the code.
"""
_COLUMNS = "| key | must be | default | flag | what it does |\n| --- | --- | --- | --- | --- |"


def format_page() -> str:
    """Return the page, in Markdown."""
    parts = [_HEAD, _format_table(Config)]
    for key, table in list_tables(Config).items():
        parts += [f"\n## [{key}]\n\n{table.help_text}\n", _format_table(table.owner)]
    return "\n".join(parts) + "\n"


def _format_table(owner: type) -> str:
    rows = (_format_row(key, setting) for key, setting in list_settings(owner).items())
    return "\n".join([_COLUMNS, *rows])


def _format_row(key: str, setting: Setting) -> str:
    flag = f"`--{key.replace('_', '-')}`" if setting.flag is not None else ""
    cells = (f"`{key}`", setting.rule.wanted, _format_default(setting), flag, setting.help_text)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _format_default(setting: Setting) -> str:
    if setting.required:
        return "none: it must be given"
    if setting.default_words is not None:
        return setting.default_words
    return "not set" if setting.default is None else f"`{format_toml(setting.default)}`"


if __name__ == "__main__":
    print(format_page(), end="")
