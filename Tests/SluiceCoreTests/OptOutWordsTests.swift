import SluiceCore
import Testing

@Suite struct OptOutWordsTests {
    @Test(arguments: [
        "STOP", "stop", " Stop.\n", "STOP!!!", "»stop«", "\"Stop\"", "stop 🛑", "stop 🛑\u{fe0f}", "s.t.o.p", "Opt-Out",
        "opt  out",
        "BERHENTI", "unsubscribe", "Stop\u{200b}",
    ])
    func stops(message: String) {
        #expect(OptOutWords().wish(in: message) == .stop)
    }

    @Test(arguments: ["start", "Mulai!", "UNSTOP"]) func starts(message: String) {
        #expect(OptOutWords().wish(in: message) == .start)
    }

    @Test(arguments: [
        "", " ", "!", "🛑", "please stop", "stop it", "don't stop", "stopped", "bus stop", "no", "s t o p", "start stop",
    ])
    func isAMessageLikeAnyOther(message: String) {
        #expect(OptOutWords().wish(in: message) == nil)
    }

    @Test func wordsAreWhatOneIsTold() {
        let words = OptOutWords(stop: ["Arrêt", "बंद करो", "!"], start: ["oui", "arret"])
        // However an accent is encoded.
        #expect(words.wish(in: "ARRE\u{302}T") == .stop)
        #expect(words.wish(in: "बंद  करो!") == .stop)
        #expect(words.wish(in: "arret") == .start)
        #expect(words.wish(in: "stop") == nil)
        #expect(words.wish(in: "?") == nil)
    }

    @Test func aWordThatIsBothMeansStop() {
        #expect(OptOutWords(stop: ["x"], start: ["X"]).wish(in: "x") == .stop)
    }
}
