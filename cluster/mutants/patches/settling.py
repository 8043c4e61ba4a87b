"""When an outcome is written."""

from mutant import Edit, Mutant

MUTANTS = (
    Mutant(
        name="settle-before-send",
        about="an attempt is settled as sent before its request leaves",
        situation="refusals",
        expected=("I4",),
        edits=(
            Edit(
                "Sources/SluiceShard/Life.swift", "        let attempt = surroundings.gateways.attempt(",
                '''        if isMutant("settle-before-send") {
            surroundings.inbox.put(.event(.sendEnded(id, .sent(providerID: nil))))
        }
        let attempt = surroundings.gateways.attempt('''),
        )),
)
