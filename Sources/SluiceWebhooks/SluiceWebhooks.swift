/// SluiceWebhooks: tells the users' own programs what became of messages.
///
/// Why it exists: a program that wants to know must otherwise ask, again and again. What settles a message writes a row of
/// `message_events` for workspaces that have a webhook; the rest happens here, on API nodes, off the way of messages.
///
/// Parts:
/// - `WebhookCourier`: the loop. Rows of `message_events` become `webhook_deliveries`, one per endpoint, which are claimed
///   in chunks and posted.
/// - `WebhookPost`: one signed POST.
/// - `CallableAddress`: where a POST may go.
///
/// States of a delivery: pending → (claimed for a minute, posted) → delivered | pending, later | failed, when it was said
/// often enough. A claim is nothing but the time before which nobody else may post it, so whoever dies between the post
/// and the note leaves a delivery that is posted again.
/// States of an endpoint: active → failing (one post at a time, further and further apart) → active | off.
///
/// Invariants: an event is told at least once to each endpoint that was active when it happened, or its delivery says why
/// not; repeats carry the same id and the same bytes. No request of a user's address reaches a private one unless a setting
/// allows it, and the address that was judged is the one that is connected to. Posts at a time, bytes of an answer, claims,
/// attempts and the time of each are bounded; an endpoint that hangs holds up nobody else.
///
/// How it fails: without the database it waits, and goes on behind it. What an endpoint does not take is kept and told
/// later; one that takes nothing for days is switched off and says so. Without any webhook a node looks every two seconds
/// whether there is one.
public enum SluiceWebhooks {}
