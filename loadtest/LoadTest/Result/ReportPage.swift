internal import Foundation

/// A result as one page that needs nothing else: its JSON, a style sheet, and a script that draws the one with the
/// other. No network, no other file, so that it can be mailed and opens in ten years.
enum ReportPage {
    static func html(of result: RunResult) throws -> String {
        let json = String(decoding: try ResultFiles.encoder.encode(result), as: UTF8.self)
        let names = FigureName.all.map { Name(name: $0.name, unit: $0.unit, meaning: $0.meaning, absence: $0.absence) }
        let figureNames = String(decoding: try ResultFiles.encoder.encode(names), as: UTF8.self)
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(escaped(result.name)): Sluice load test</title>
            <style>\(ReportStyle.css)</style>
            </head>
            <body>
            <main id="report"><noscript>This page is drawn by a script; its data is in the JSON file beside it.</noscript></main>
            <script type="application/json" id="result">\(scriptSafe(json))</script>
            <script type="application/json" id="figures">\(scriptSafe(figureNames))</script>
            <script>\(ReportScript.charts)\(ReportScript.sections)</script>
            </body>
            </html>

            """
    }

    private struct Name: Encodable {
        var name: String
        var unit: String
        var meaning: String
        var absence: String?
    }

    /// Nothing in a text of the user's ends the script element that holds it.
    private static func scriptSafe(_ json: String) -> String {
        json.replacing("</", with: #"<\/"#).replacing("<!--", with: #"<\u0021--"#)
    }

    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;")
    }
}
