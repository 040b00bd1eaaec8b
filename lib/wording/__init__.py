"""How do different sources word the same event? Read a study, count its terms, compare its outlets, see the lines.

What a notebook needs is here: `read_study`, `study_counts`, `study_hits`, `table`, `lines_behind`, `sentences`, `described`, `provenance`, and the
modules that each page is made with (`inventory`, `keyness`, `timeline`, ...), `show` and `plots`.
"""

from importlib import import_module

_WHERE = {
    "agreement": "wording.questions.coding.agreement",
    "coded": "wording.questions.coding.coded",
    "coding": "wording.questions.coding.sample",
    "collocation": "wording.questions.collocation.collocation",
    "contexts": "wording.questions.collocation.findings",
    "copied": "wording.questions.shares.copies",
    "correction": "wording.questions.coding.correction",
    "described": "wording.questions.shares.findings:describe",
    "discovery": "wording.questions.discovery.rivals",
    "evidence": "wording.answers.lines",
    "explorer": "wording.panel",
    "inventory": "wording.corpus.inventory",
    "keyness": "wording.questions.keyness.keyness",
    "keywords": "wording.questions.keyness.findings",
    "kwic": "wording.corpus.kwic",
    "lines_behind": "wording.answers.tables:find_concept_lines",
    "outlet_plots": "wording.show.outlet_figures",
    "outlets": "wording.questions.outlets.outlets",
    "plots": "wording.show.figures",
    "precision": "wording.questions.coding.precision",
    "proposals": "wording.questions.discovery.proposals",
    "provenance": "wording.answers.provenance:collect_provenance",
    "read_study": "wording.study.read:read_study",
    "sentences": "wording.questions.shares.findings:sentences",
    "show": "wording.show.html",
    "study_counts": "wording.corpus.counts:count_study_hits",
    "study_hits": "wording.corpus.counts:find_study_hits",
    "table": "wording.answers.tables:make_table",
    "timeline": "wording.questions.timeline.timeline",
    "timeline_findings": "wording.questions.timeline.findings",
    "voices": "wording.questions.voices.voices",
    "WordingError": "wording.errors:WordingError",
}
__all__ = sorted(_WHERE)


def __getattr__(name: str):
    """Loads what is asked for, and only that: the whole library takes seconds to import."""
    if name not in _WHERE:
        raise AttributeError(f"module 'wording' has no attribute {name!r}")
    module, _, attribute = _WHERE[name].partition(":")
    found = import_module(module)
    return getattr(found, attribute) if attribute else found
