"""For a browser: one page without scripts or anything from elsewhere."""

from html import escape

from report.as_text import figure_lines
from report.totals import totals

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Sluice: what the witness saw</title>
<style>
body {{ font: 15px/1.4 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem }}
table {{ border-collapse: collapse; width: 100% }}
td, th {{ border-bottom: 1px solid #ccc; padding: .3rem .6rem; text-align: left; vertical-align: top }}
.ok {{ color: #176b2c }} .bad {{ color: #b00020; font-weight: bold }} .unshown {{ color: #666 }}
</style>
<h1>What the witness saw</h1>
<p><code>{totals}</code></p>
<table><tr><th></th><th>invariant</th><th>result</th><th>N</th><th>bound 3/N</th><th>remarks</th></tr>
{rows}
</table>
<h2>Figures</h2>
<pre>{figures}</pre>
</html>
"""


def as_html(judgment):
    return PAGE.format(
        totals=escape(totals(judgment)), rows="\n".join(row(finding) for finding in judgment.findings),
        figures=escape("\n".join(figure_lines(judgment.figures))))


def row(finding):
    kind, result = "ok", "ok"
    if finding.unshown is not None:
        kind, result = "unshown", "not shown"
    elif finding.violations:
        kind, result = "bad", f"violated {finding.violations} times"
    remarks = [finding.unshown] if finding.unshown else list(finding.notes)
    remarks += [example.text if example.seed is None else f"{example.text} (seed {example.seed})"
                for example in finding.examples]
    bound = "" if finding.bound is None else f"{finding.bound:.1e}"
    cells = [finding.invariant, finding.title, result, "" if finding.unshown else str(finding.checked), bound]
    text = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr class="{kind}">{text}<td>{"<br>".join(escape(remark) for remark in remarks)}</td></tr>'
