"""Door: a panel for JupyterLab over the calls that make the pages; what the panel does can be done in code:

| in the panel | in code |
|---|---|
| concept or pattern, outlets, days | `study, concept = explorer.narrow_study(study, concept=..., pattern=..., outlets=[...], first=..., last=...)` |
| shares, and their figure | `wording.open(folder).shares(concept, voice=...)`: `table`, `plot()` |
| over time, and its figure | `timeline.compute_study_timeline(study, concept, ...)`, `explorer.make_timeline_figure` |
| counts of a pattern, lines | `kwic.find_concordance(study, concept, sort=..., ...)`: `len`, `per_outlet()`, `lines(0, 50)` |
| the passage of a line | `show.passages(kwic.widen_lines(study, lines))` |
| marks | `journal.record_marks(study, lines, "right sense", coder=...)`, `journal.read_marks(study)`, `coding.draw_sample(study)` |
| add as variant | `explorer.add_variant(study, concept, variant, phrases)` |
| save as report | `explorer.save_report(study, concept=..., voice=..., ...)` |
"""

from wording.answers.narrow import list_nearby_studies, narrow_study
from wording.panel.figures import make_shares_figure, make_timeline_figure
from wording.panel.panel import Panel
from wording.panel.saving import save_report
from wording.study.edit import add_variant

__all__ = [
    "Panel",
    "add_variant",
    "list_nearby_studies",
    "make_shares_figure",
    "make_timeline_figure",
    "narrow_study",
    "save_report",
]
