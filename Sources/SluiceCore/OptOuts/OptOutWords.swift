/// The words by which people say in a message that they want nothing more, or that they want messages again.
///
/// A message counts when it is one of them as a whole. Capitals, punctuation, symbols and the number of blanks do not
/// matter: `Stop!!`, ` STOP ` and `stop 🛑` are all `STOP`; `please stop` is not, for nobody can tell by a word what a
/// sentence means.
public struct OptOutWords: Hashable, Sendable {
    public enum Wish: String, Codable, Hashable, Sendable {
        case stop, start
    }

    /// What people in Sluice's languages write, and what carriers and the law in the United States expect to work
    /// (47 CFR 64.1200(a)(10): stop, quit, end, revoke, opt out, cancel, unsubscribe).
    public static let usualStop = [
        "STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPT OUT", "OPTOUT", "BERHENTI",
    ]
    public static let usualStart = ["START", "UNSTOP", "MULAI"]

    private let wishes: [String: Wish]

    /// - Parameters:
    ///   - stop, start: words or phrases, written in any way that ``wish(in:)`` would recognize. One that is in both
    ///     means stop.
    public init(stop: [String] = usualStop, start: [String] = usualStart) {
        var wishes: [String: Wish] = [:]
        for word in start { wishes[Self.bare(word)] = .start }
        for word in stop { wishes[Self.bare(word)] = .stop }
        // A message of nothing but symbols wishes nothing.
        wishes[""] = nil
        self.wishes = wishes
    }

    /// What somebody who writes this wants; nil when it is a message like any other.
    public func wish(in message: String) -> Wish? { wishes[Self.bare(message)] }

    /// The letters, digits and single blanks of a text, in lower case: what two texts have in common that are the same
    /// word.
    public static func bare(_ text: String) -> String {
        var bare = String.UnicodeScalarView()
        var isAfterBlank = false
        for scalar in text.lowercased().unicodeScalars {
            if scalar.properties.isWhitespace {
                isAfterBlank = !bare.isEmpty
            } else if isPartOfWord(scalar) {
                if isAfterBlank { bare.append(" ") }
                isAfterBlank = false
                bare.append(scalar)
            }
        }
        return String(bare)
    }

    private static func isPartOfWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber: true
        // Vowel signs and accents; but what only says how an emoji is to look is no part of a word.
        case .nonspacingMark, .spacingMark: !scalar.properties.isVariationSelector
        default: false
        }
    }
}

/// Where an opt-out by message holds.
public enum OptOutScope: String, CaseIterable, Hashable, Sendable {
    /// In the workspace of the device that received it.
    case workspace
    /// In all of them.
    case everywhere
}
