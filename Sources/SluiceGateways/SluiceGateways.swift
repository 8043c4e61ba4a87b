/// SluiceGateways: how an attempt becomes one HTTP request, and how its answer becomes an `Outcome`.
///
/// Why it exists: a gateway has no transactions. Whether a message was accepted is known only from what a socket did,
/// so the two questions "was a byte written?" and "was it accepted?" are answered in one place, for all gateways.
///
/// Parts:
/// - `Adapter/`: the protocol `GatewayAdapter`, the registry `GatewayAdapters`, and the pieces that adapters are built
///   from.
/// - `Dialects/`: one file per gateway. An adapter is pure: it builds a request and classifies an answer.
/// - `Client/`: `GatewayClient`, the only code here that touches the network.
///
/// States of an attempt (`SendTicket`): waiting → written | late | abandoned, each reached once.
///
///     waiting ──(head reaches the connection, clock before latestStart)──► written    a byte may have left
///        │  └───(head reaches the connection, clock past latestStart)────► late       nothing left: aborted("guard")
///        └──────(connect, DNS, TLS, queue, shutdown or cancellation)─────► abandoned  nothing left, nothing ever will
///
/// Invariants:
/// - I2, I15: one ticket lets one request head through, so no layer below can repeat a request, whatever it believes.
/// - I9: no head passes after `latestStart`, and from the head to the end at most the gateway's total time passes;
///   then the socket is reset, so that the kernel forgets what it has not delivered.
/// - I25: no phone number, text, URL or credential is in a code, a detail or an error of this module.
///
/// How it fails: every doubt is `.unknown`. A definite refusal needs either a ticket that was never written or an
/// answer that the dialect documents. An answer that is too long, malformed or late is a doubt.
public enum SluiceGateways {}
