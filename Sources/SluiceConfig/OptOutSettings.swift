import SluiceCore

// What inbound messages mean, and where the world reaches the API.

extension Setting where Value == [String] {
    static var optOutWords: Self {
        .words(
            "SLUICE_OPT_OUT_WORDS", default: OptOutWords.usualStop,
            "Messages that suppress their sender, with commas between them; capitals and punctuation do not matter.")
    }
    static var optInWords: Self {
        .words(
            "SLUICE_OPT_IN_WORDS", default: OptOutWords.usualStart, "Messages that take back such an opt-out.")
    }

    private static let mostWords = 100
    private static let longestWord = 40

    private static func words(_ name: String, default value: [String], _ meaning: String) -> Self {
        Setting(
            name: name, unit: "", meaning: meaning, defaultValue: value,
            allowed: "1 to \(mostWords) words or phrases of at most \(longestWord) letters, with commas between them",
            isSecret: false,
            parse: { text in
                let words = text.split(separator: ",").map(String.init)
                let areWords = words.allSatisfy { $0.count <= longestWord && !OptOutWords.bare($0).isEmpty }
                return (1...mostWords).contains(words.count) && areWords ? words : nil
            },
            show: { $0.joined(separator: ",") })
    }
}

extension Setting where Value == OptOutScope {
    static var optOutScope: Self {
        .choice(
            "SLUICE_OPT_OUT_SCOPE", default: .workspace,
            "Where an opt-out by message holds: in the workspace of the device that received it, or everywhere.")
    }
}

extension Setting where Value == String? {
    static var publicURL: Self {
        Setting(
            name: "SLUICE_PUBLIC_URL", unit: "",
            meaning: "Where the world reaches the HTTP API. Twilio signs the address it calls.", defaultValue: nil,
            allowed: "https://host or https://host/path, without a blank, a user, \"?\" or \"#\"", isSecret: false,
            parse: { ServerURL.publicBase($0).map(Optional.some) }, show: { $0 ?? "" })
    }
}
