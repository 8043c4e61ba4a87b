/// SluiceWire: what nodes say to each other over NATS, as Swift values.
///
/// **Why it exists.** `proto/sluice/v1/*.proto` is the contract between two versions of Sluice; the C code that
/// protoc-c makes of it has pointers, counts and manual frees. Here each message is a value that encodes itself into
/// bytes and is decoded from bytes that anybody may have sent. This is the only module that imports `CSluiceProto`.
///
/// **Invariants.**
/// 1. No C pointer outlives the call it was made in: packing frees its arena, decoding copies and frees
///    (`PackingArena`, `CMessage.unpack`).
/// 2. Decoding never traps and never guesses. What this build does not know is ignored when it is a field and an error
///    when it is an enum's value, so that an older node holds what it cannot understand.
/// 3. Every message has a bound on its bytes and on its elements (`WireLimits`).
///
/// **How it fails.** Decoding throws a `WireError`; the receiver counts it and drops the message, which costs latency
/// only. Encoding cannot fail: texts are cut at an embedded NUL, which no name that passed the configuration has.
public enum SluiceWire {}
