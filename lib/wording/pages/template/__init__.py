"""What stands around every page: one template, one stylesheet, one script, and nothing else.

Stylesheet and script are allowed by their hashes.
"""

from __future__ import annotations

import base64
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATE_FOLDER = Path(__file__).parent


def render_document(template: str, **fields: Any) -> str:
    """Return the template around our style, our script and the policy that allows nothing else."""
    style, script = _read_asset("style.css"), read_script()
    return (
        _make_environment()
        .get_template(template)
        .render(style=style, script=script, policy=make_security_policy(), **fields)
    )


def read_script() -> str:
    """Return the one script of a page: what moves on it, then what is taken away from it."""
    return _read_asset("script.js") + _read_asset("take_away.js")


def make_security_policy() -> str:
    """Return the Content-Security-Policy of every page.

    Styles are allowed by hash too, so no style attribute works: `show.svg` turns those of
    matplotlib into attributes of their own.
    """
    style, script = _hash_source(_read_asset("style.css")), _hash_source(read_script())
    return (
        f"default-src 'none'; img-src data:; style-src '{style}'; script-src '{script}'; "
        "base-uri 'none'; form-action 'none'"
    )


@cache
def _read_asset(name: str) -> str:
    return (TEMPLATE_FOLDER / name).read_text(encoding="utf-8")


def _hash_source(text: str) -> str:
    return "sha256-" + base64.b64encode(sha256(text.encode()).digest()).decode()


@cache
def _make_environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATE_FOLDER), autoescape=True, undefined=StrictUndefined
    )
