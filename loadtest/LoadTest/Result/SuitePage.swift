internal import FoundationEssentials

/// A suite's list of targets as a page, which links the runs' pages beside it.
enum SuitePage {
    static func html(of suite: SuiteResult) -> String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Sluice load tests</title>
        <style>\(ReportStyle.css)</style>
        </head>
        <body>
        <main>
        <h1>Load tests, \(suite.isFull ? "every scenario as it stands" : "the short set")</h1>
        <div class="chips">\(chips(suite))</div>
        <section class="card"><div class="scroll"><table>
        <thead><tr><th>scenario</th><th class="words">figure</th><th>measured</th><th>target</th><th class="words"></th></tr></thead>
        <tbody>
        \(suite.targets.map(row).joined(separator: "\n"))
        </tbody>
        </table></div></section>
        </main>
        </body>
        </html>

        """
    }

    private static func chips(_ suite: SuiteResult) -> String {
        let missed = suite.targets.count { !$0.isMet }
        var chips = [
            chip("\(suite.targets.count - missed) met", "good"), chip("\(missed) missed", missed > 0 ? "bad" : "good"),
        ]
        if !suite.unfinished.isEmpty {
            chips.append(chip("not run to the end: \(suite.unfinished.joined(separator: ", "))", "bad"))
        }
        return chips.joined() + chip(suite.started.formatted(.iso8601), "")
    }

    private static func chip(_ text: String, _ kind: String) -> String {
        "<span class=\"chip \(kind)\">\(ReportPage.escaped(text))</span>"
    }

    private static func row(_ row: TargetRow) -> String {
        let run = ReportPage.escaped(row.run)
        let name = row.page.map { "<a href=\"\(ReportPage.escaped($0))\">\(run)</a>" } ?? run
        let cells = [row.measured, row.target].map { "<td>\(ReportPage.escaped($0 ?? ""))</td>" }.joined()
        return "<tr><td>\(name)</td><td class=\"words\">\(ReportPage.escaped(row.figure))</td>\(cells)"
            + "<td class=\"words \(row.isMet ? "good" : "bad")\">\(ReportPage.escaped(row.outcome))</td></tr>"
    }
}
