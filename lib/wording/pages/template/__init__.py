"""What stands around every page: one template, one stylesheet and one script, allowed by their hashes, and nothing else."""

import base64
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATE = Path(__file__).parent


def document(template: str, **fields) -> str:
    """The template around our style, our script and the policy that allows nothing else."""
    style, script = _asset("style.css"), _asset("script.js")
    return _environment().get_template(template).render(style=style, script=script, policy=policy(), **fields)


def policy() -> str:
    """The Content-Security-Policy of every page.

    Styles are allowed by hash too, so no style attribute works: `svg` turns those of matplotlib into attributes of their own.
    """
    style, script = (_hash(_asset(name)) for name in ("style.css", "script.js"))
    return f"default-src 'none'; img-src data:; style-src '{style}'; script-src '{script}'; base-uri 'none'; form-action 'none'"


@cache
def _asset(name: str) -> str:
    return (TEMPLATE / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(sha256(text.encode()).digest()).decode()


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATE), autoescape=True, undefined=StrictUndefined)
