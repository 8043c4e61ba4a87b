/// Fuzzing: everything that Sluice reads from outside, fed with what nobody honest writes.
///
/// **Why it exists.** A Swift trap or a C read out of bounds in a decoder ends a node, and with it the pace of all its
/// devices; whoever can write to the bus, answer a request or fill in a form could do it again and again.
///
/// **Parts.** A `FuzzSubject` is one reader with examples of what it reads and a check. `FuzzInput` makes the bytes of
/// one try from a seed and a number alone, so that a failure is named by both and needs no stored corpus: an example,
/// changed where its structure is (`ProtobufFields`, `TextTokens`), or at random bytes, or random bytes only.
/// `Shrinking` finds the least part of an input that still fails.
///
/// **How it fails.** A check throws `FuzzFinding`, or the process dies; the supervisor in `FuzzTool` tells the seed,
/// the number and the shrunk bytes of both.
public enum Fuzzing {}

/// What a check found, in words.
public struct FuzzFinding: Error, CustomStringConvertible {
    public var description: String

    init(_ description: String) { self.description = description }
}
