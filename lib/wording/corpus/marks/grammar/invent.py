"""Draws invented news sentences from the grammar in sentences.txt.

`python -m wording.corpus.marks.grammar.invent N [SEED] > SENTENCES.txt`
"""

from __future__ import annotations

import random
import re
import sys
from pathlib import Path

from wording.corpus.marks.grammar.act_kernels import BASE, GERUND, PARTICIPLE, PAST, PRESENT
from wording.corpus.marks.grammar.acts import read_grammar_words

Rules = dict[str, tuple[list[str], list[int]]]

VERB_FORMS = {
    "base": BASE,
    "present": PRESENT,
    "past": PAST,
    "participle": PARTICIPLE,
    "gerund": GERUND,
}
MAX_DEPTH = 7
"""So deep in a sentence no clause is drawn within another."""
INVENTED_LENGTHS = range(4, 46)


def read_rules(file: Path) -> Rules:
    """Return the expansions of each symbol and how likely they are."""
    rules: Rules = {}
    for line in file.read_text(encoding="utf8").splitlines():
        if line.startswith("#"):
            continue
        symbol, _, expansions = line.partition(":")
        parts = [re.fullmatch(r"\s*(?:(\d+)\*)?(.*?)\s*", part) for part in expansions.split("|")]
        found = [part for part in parts if part is not None]
        rules[symbol] = (
            [part.group(2).strip() for part in found],
            [int(part.group(1) or 1) for part in found],
        )
    return rules


def expand(rules: Rules, symbol: str, draw: random.Random, depth: int = 0) -> str:
    """Return one expansion of a symbol."""
    if symbol == "number":
        return str(draw.randint(2, 90))
    if symbol.startswith("verb:"):
        wanted = VERB_FORMS[symbol.removeprefix("verb:")]
        forms = read_grammar_words().inflect(expand(rules, "verbs", draw))
        return next(form for form, kind in forms.items() if kind & wanted)
    expansions, weights = rules[symbol]
    if depth > MAX_DEPTH:
        flat = [not re.search(r"<clause>|who <short>", text) for text in expansions]
        weights = [weight * is_flat for weight, is_flat in zip(weights, flat, strict=True)]
    chosen = draw.choices(expansions, weights)[0]
    return re.sub(r"<([a-z:]+)>", lambda m: expand(rules, m.group(1), draw, depth + 1), chosen)


def invent_sentences(n: int, seed: int = 1) -> list[str]:
    """Return `n` different invented sentences."""
    rules = read_rules(Path(__file__).with_name("sentences.txt"))
    draw = random.Random(seed)
    sentences: dict[str, None] = {}
    while len(sentences) < n:
        text = expand(rules, "sentence", draw).replace("_", " ")
        text = re.sub(r"\s+", " ", text).replace(" ,", ",").replace(",,", ",").strip()
        text = text.replace(",.", ".").replace(" ;", ";")
        if len(text.split()) in INVENTED_LENGTHS:
            sentences.setdefault(re.sub(r"^(\W*)(\w)", lambda m: m.group(0).upper(), text))
    return list(sentences)


if __name__ == "__main__":
    print("\n".join(invent_sentences(*map(int, sys.argv[1:3]))))
