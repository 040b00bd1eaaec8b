"""How do different sources word the same event? Read a study, count its terms, compare its outlets, see the lines.

What a notebook needs is here: `read_study`, `study_counts`, `study_hits`, `table`, `lines_behind`, `sentences`, `described`, `provenance`, and the
modules that each page is made with (`inventory`, `keyness`, `timeline`, ...), `show` and `plots`.
"""

from importlib import import_module

_WHERE = {
    "agreement": "wording.analysis.agreement",
    "coded": "wording.analysis.coded",
    "coding": "wording.corpus.coding",
    "collocation": "wording.analysis.collocation",
    "contexts": "wording.analysis.contexts",
    "copied": "wording.analysis.copies",
    "correction": "wording.analysis.correction",
    "described": "wording.analysis.findings:described",
    "discovery": "wording.analysis.discovery",
    "evidence": "wording.analysis.evidence",
    "explorer": "wording.explorer",
    "inventory": "wording.corpus.inventory",
    "keyness": "wording.analysis.keyness",
    "keywords": "wording.analysis.keywords",
    "kwic": "wording.corpus.kwic",
    "lines_behind": "wording.analysis.tabulate:lines_behind",
    "outlet_plots": "wording.pages.outlet_plots",
    "outlets": "wording.analysis.outlets",
    "plots": "wording.pages.plots",
    "precision": "wording.analysis.precision",
    "proposals": "wording.analysis.proposals",
    "provenance": "wording.origin:provenance",
    "read_study": "wording.study:read_study",
    "sentences": "wording.analysis.findings:sentences",
    "show": "wording.pages.show",
    "study_counts": "wording.corpus.counts:study_counts",
    "study_hits": "wording.corpus.counts:study_hits",
    "table": "wording.analysis.tabulate:table",
    "timeline": "wording.analysis.timeline",
    "timeline_findings": "wording.analysis.timeline_findings",
    "voices": "wording.analysis.voices",
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
