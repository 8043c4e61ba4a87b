/// SluiceShard: the shell around ``SluiceCore/ShardMachine``.
///
/// Why it exists: the machine decides and knows no clock, no chance and no I/O. This module reads the clocks, talks to
/// PostgreSQL, NATS and gateways, tells the machine what it heard as events, and carries out the actions that come
/// back.
///
/// States: a ``ShardNode`` runs one ``Life`` after another. A life is one incarnation: registered → running → (draining
/// | lease lost) → finished. When the lease is lost the next life begins at once while the old one lets its open
/// requests end and settles them.
///
/// Invariants: one task owns the machine and handles one event at a time. Every statement and every request is a child
/// task of its life, answered exactly once. The lease is renewed on a connection of its own, so that it never queues
/// behind work.
///
/// How it fails: without PostgreSQL nothing starts and the lease runs out; without NATS open batches are found with the
/// renewals; a message that does not decode is counted and ignored; a full inbox drops what the database can tell
/// again.
public enum SluiceShard {}
