"""What a reserve in the database asks of a claim."""

from mutant import Edit, Mutant

STORE = "Sources/SluiceStore/Shard/PostgresShardStore.swift"

MUTANTS = (
    Mutant(
        name="returning-ignored",
        about="what a reserve did not return is sent all the same",
        situation="locked-claims",
        expected=("I3",),
        edits=(
            Edit(
                STORE, "            return try ReserveStatement.verdicts(result, busy: busy, for: requests)\n",
                '''            let verdicts = try ReserveStatement.verdicts(result, busy: busy, for: requests)
            guard isMutant("returning-ignored") else { return verdicts }
            var all: [ReserveVerdict] = []
            for (request, verdict) in zip(requests, verdicts) {
                let rows = try await pools.relaxed.query(
                    "SELECT recipient, generation, moves, attempts + 1 AS attempt FROM sequence_contacts WHERE id = $1",
                    [.uuid(request.claim.contact.rawValue)])
                guard verdict == .busy || verdict == .gone, let row = rows.first else {
                    all.append(verdict)
                    continue
                }
                let message = MessageID(
                    contact: request.claim.contact, generation: try row.decode(Int32.self, "generation"),
                    moves: try row.decode(Int32.self, "moves"))
                all.append(
                    .reserved(
                        Reservation(
                            claim: request.claim, message: message, attempt: try row.decode(Int32.self, "attempt"),
                            day: 0, recipient: try row.decode(String.self, "recipient"), recipientName: "",
                            content: MessageContent(kind: .text, text: "not returned", mediaURL: nil), campaign: "",
                            gap: nil)))
            }
            return all
'''),
        )),
)
