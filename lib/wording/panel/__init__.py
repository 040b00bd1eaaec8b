"""A panel for JupyterLab; what it does can be done in code.

- Concept or pattern, outlets, days: `study, concept = narrow_study(study, concept=..., pattern=...,
  outlets=[...], first=..., last=...)`
- Shares, and their figure: `wording.open(folder).shares(concept, voice=...)`: `table`, `plot()`
- Over time, and its figure: `timeline.compute_study_timeline(study, concept, ...)`,
  `make_timeline_figure`
- Counts of a pattern, lines: `kwic.find_concordance(study, concept, sort=..., ...)`: `len`,
  `per_outlet()`, `lines(0, 50)`
- The passage of a line: `show.lines.passages(kwic.widen_lines(study, lines, to="article"))`
- Marks: `journal.record_marks(study, lines, "right sense", coder=...)`,
  `journal.read_marks(study)`, `sample.draw_sample(study)`; to take them back,
  `journal.undo_marks(study, added)`
- Add as variant: `add_variant(study, concept, variant, phrases)`
- Keep as concept: `add_variants(study, concept, {variant: phrases}, title=...)`
- Save lines as CSV: `wording.open(folder).kwic(pattern).to_csv(file)`
- Save as report: `save_report(study, concept=..., voice=..., ...)`
"""

from wording.answers.narrow import list_nearby_studies, narrow_study
from wording.panel.figures import make_shares_figure, make_timeline_figure
from wording.panel.panel import Panel
from wording.panel.saving import save_report
from wording.study.edit import add_variant, add_variants

__all__ = [
    "Panel",
    "add_variant",
    "add_variants",
    "list_nearby_studies",
    "make_shares_figure",
    "make_timeline_figure",
    "narrow_study",
    "save_report",
]
