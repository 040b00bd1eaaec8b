"""Door: a panel for JupyterLab over the calls that make the pages; what the panel does can be done in code:

| in the panel | in code |
|---|---|
| concept or pattern, outlets, days | `study, concept = explorer.asked(study, concept=..., pattern=..., outlets=[...], first=..., last=...)` |
| shares, and their figure | `wording.table(study, "shares", concepts=[concept], voice=..., copies=...)`, `explorer.shares_figure` |
| over time, and its figure | `timeline.study_timeline(study, concept, ...)`, `explorer.timeline_figure` |
| counts of a pattern, lines | `kwic.find(study, concept, sort=..., ...)`: `len`, `per_outlet()`, `lines(0, 50)` |
| the passage of a line | `show.passages(kwic.widened(study, lines))` |
| marks | `coding.mark(study, lines, "right sense", coder=...)`, `coding.marks(study)`, `coding.sample(study)` |
| add as variant | `explorer.add_variant(study, concept, variant, phrases)` |
| save as report | `explorer.save_report(study, concept=..., voice=..., ...)` |
"""

from wording.answers.narrow import asked, studies_beside
from wording.panel.figures import shares_figure, timeline_figure
from wording.panel.panel import Panel
from wording.panel.saving import save_report
from wording.study.edit import add_variant

__all__ = ["Panel", "add_variant", "asked", "save_report", "shares_figure", "studies_beside", "timeline_figure"]
