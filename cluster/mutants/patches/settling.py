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
                "Sources/SluiceShard/Life.swift", "        let outcome = await surroundings.gateways.send(",
                '''        if isMutant("settle-before-send") {
            _ = try? await surroundings.store.settle([
                Settlement(reservation: reservation, outcome: .sent(providerID: nil))
            ])
        }
        let outcome = await surroundings.gateways.send('''),
        )),
)
