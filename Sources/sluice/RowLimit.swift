import ArgumentParser

/// What `--limit` takes: how many lines a list has at most.
func rowLimit(_ text: String) throws -> Int {
    guard let limit = Int(text), (1...10_000).contains(limit) else {
        throw ValidationError("it must be from 1 to 10000")
    }
    return limit
}
