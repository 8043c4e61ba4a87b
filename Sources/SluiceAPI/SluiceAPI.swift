/// SluiceAPI: Sluice over HTTP.
///
/// Why it exists: producers that do not speak SQL enroll here, and programs read the cluster's state here. It decides
/// nothing: a request becomes a call of `SluiceOperations`, the same that the commands make, and its answer becomes
/// JSON.
///
/// States: listening, or stopping (no new connections; requests that are open get their answers). Beside that it is a
/// node like the others: `Presence` holds its lease and answers status questions.
///
/// `Contract` is all that it serves. An `Endpoint` is declared once: its path, who may, its parameters, the types of its
/// request and its answer, and how it fails. Requests are judged by that declaration, and the OpenAPI document is made
/// from it.
///
/// Gateways call it too, at `POST /webhooks/{gateway}`: see `WebhookEndpoint`.
///
/// Invariants:
/// - Every answer is `{"success":true,"data":…}` or `{"success":false,"error":{"code","message","field"}}`, whatever
///   was asked; Twilio alone, which reads TwiML, is answered in that when all is well.
/// - What a client sends wrong is answered with a 4xx and never with a 500; a body is read up to 64 KiB and for 10 s.
/// - A key sees its workspace only: what belongs to another is not found.
/// - A POST with an `Idempotency-Key` does what it asks once: the deed and its answer are one transaction.
/// - An enrollment is committed before it is answered, and the leader is told after it is committed.
/// - It owns nothing, so a lapsed lease stops no request; it registers again.
/// - Other machines reach it only when there is an API key, and only with one. On a loopback address no key is needed as
///   long as there is none. A gateway shows a signature instead, and can do nothing but tell what people wrote.
/// - Who opts out by message is suppressed when the gateway is answered: the reserve of a message that begins after that
///   is refused.
///
/// How it fails: a port that is taken makes ``APIServer/run()`` throw. Without the database requests get 503 and
/// `/readyz` says so; without NATS they are answered from what the database knows.
public enum SluiceAPI {}
