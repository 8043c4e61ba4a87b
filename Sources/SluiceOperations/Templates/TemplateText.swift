/// Templates as a table, and one as it is filled.
public enum TemplateText {
    public static func render(_ templates: [StoredTemplate], width: Int) -> String {
        guard !templates.isEmpty else { return "there is no template\n" }
        var table = TextTable([
            .init(title: "NAME", shrinks: true), .init(title: "PLACEHOLDERS", shrinks: true),
            .init(title: "TEXT", shrinks: true),
        ])
        for template in templates {
            table.add([
                template.name, template.placeholders.isEmpty ? "-" : template.placeholders.joined(separator: ", "),
                Words.cut(template.body),
            ])
        }
        return table.lines(width: width).joined(separator: "\n") + "\n"
    }

    public static func render(_ text: FilledText) -> String {
        [text.body, text.mediaUrl].compactMap(\.self).map { $0 + "\n" }.joined()
    }
}
