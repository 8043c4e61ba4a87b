import Foundation
import HTTPTypes
import Hummingbird
import Logging
import PostgresDriver
import SluiceCore
import SluiceOperations
import SluiceTelemetry

/// `POST /webhooks/{gateway}`: what gateways tell by themselves. No API key lets them in but their signature, made with
/// the secret that is among the gateway's credentials; it says in which of two ways the request is to be read.
///
/// Of all they tell, what a person wrote is heard: an opt-out word, or one that takes it back, is heeded, and anything
/// else is remembered as the answer to the last message. What became of messages is written down. The rest is taken and
/// forgotten, so a gateway may send all its events.
struct WebhookEndpoint: Sendable {
    /// Twilio waits 15 s and does not ask again; a lock is waited for 2 s.
    private static let attempts = 4

    private let session: OperatorSession
    private let words: OptOutWords
    private let scope: OptOutScope
    private let publicURL: String?
    private let served: ServedRequests
    private let receipts: ReceiptMetrics
    private let logger: Logger

    init(
        configuration: APIConfiguration, session: OperatorSession, served: ServedRequests, receipts: ReceiptMetrics,
        logger: Logger
    ) {
        self.session = session
        words = configuration.optOutWords
        scope = configuration.optOutScope
        publicURL = configuration.publicURL
        self.served = served
        self.receipts = receipts
        self.logger = logger
    }

    static let operation = APIOperation(
        method: .post, path: "/webhooks/:gateway", summary: "What a gateway tells by itself.", access: .signature,
        body: .ofGateway,
        answer: .other([
            "application/json": ["type": "object", "required": ["success"]], "text/xml": ["type": "string"],
        ]),
        failures: [.absent("unknown_gateway")])

    func add(to router: Router<BasicRequestContext>) {
        router.on(RouterPath(Self.operation.path), method: Self.operation.method) { request, context in
            defer { served.increment() }
            let name = try context.parameters.require("gateway")
            return try await answer(request, from: name.removingPercentEncoding ?? name)
        }
    }

    private func answer(_ request: Request, from gateway: String) async throws -> Response {
        let secret = try await secret(of: gateway)
        let body = try await RequestBody(of: request, atMost: RequestBody.mostBytes)
        if let signature = request.headers[.twilioSignature] {
            let form = try body.form()
            try checkTwilio(signature, form, request, secret)
            if let told = TwilioReceipt(form, attempt: request.uri.queryParameters["attempt"].map { String($0) }) {
                try await take(told.receipt, from: gateway)
            } else {
                try await hear(TwilioMessage(form).inbound, through: gateway)
            }
            // TwiML that replies nothing; Twilio reports any other type of answer as an error.
            return Response(
                status: .ok, headers: [.contentType: "text/xml"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: "<Response/>")))
        }
        guard let signature = request.headers[.hubSignature] else {
            throw Self.refused("the request is not signed: it has neither X-Hub-Signature-256 nor X-Twilio-Signature")
        }
        guard WebhookSignature.isHub(signature, of: body.bytes, secret: secret) else { throw Self.wrongSecret }
        let event = try body.decodeOpen(GOWAEvent.self)
        try await hear(event.inbound, through: gateway)
        try await take(event.receipt, from: gateway)
        return try Answer.data(["taken": true]).response
    }

    // MARK: Who says so

    private func secret(of gateway: String) async throws -> String {
        switch try await session.webhookSecret(ofGateway: gateway) {
        case .secret(let secret): return secret
        case .unknownGateway: throw APIError(.notFound, "unknown_gateway", "there is no such gateway")
        case .missing: throw Self.refused("this gateway has no webhook_secret among its credentials")
        }
    }

    private func checkTwilio(
        _ signature: String, _ form: [FormField], _ request: Request, _ secret: String
    ) throws(APIError) {
        guard let publicURL else {
            throw Self.refused("SLUICE_PUBLIC_URL is not set, and Twilio signs the address that it calls")
        }
        let url = publicURL + request.uri.string
        guard WebhookSignature.isTwilio(signature, of: form, url: url, secret: secret) else { throw Self.wrongSecret }
    }

    private static let wrongSecret = refused(
        "the signature is not one of this gateway's webhook_secret and this request")

    private static func refused(_ message: String) -> APIError {
        APIError(.unauthorized, "invalid_signature", message)
    }

    // MARK: What is said

    private func hear(_ message: InboundMessage?, through gateway: String) async throws {
        guard let message else { return }
        let session = session.acting(as: "webhook:\(gateway)")
        guard let wish = words.wish(in: message.text) else { return try await remember(message, gateway, session) }
        do {
            let heeded = try await insisting { () async throws -> HeededWish in
                try await session.heed(wish, of: message, through: gateway, scope: scope)
            }
            logger.info(
                "heeded what somebody wished by message",
                metadata: [
                    "wish": "\(wish.rawValue)", "from": "\(heeded.phone)", "gateway_id": "\(gateway)",
                    "workspaces": "\(heeded.workspaces.joined(separator: ","))",
                ])
        } catch OperationsError.malformedPhone {
            // Sent again it would have no number either.
            logger.warning(
                "a wish by message comes from nobody with a phone number",
                metadata: ["wish": "\(wish.rawValue)", "gateway_id": "\(gateway)"])
        }
    }

    private func remember(_ message: InboundMessage, _ gateway: String, _ session: OperatorSession) async throws {
        do {
            let heard = try await insisting { try await session.hear(message, through: gateway) }
            logger.debug(
                "took in an answer",
                metadata: [
                    "gateway_id": "\(gateway)", "contacts": "\(heard.contacts)",
                    "event_messages": "\(heard.eventMessages)",
                ])
        } catch OperationsError.malformedPhone {
            // Whoever has no number was sent nothing that this could be the answer to.
        }
    }

    /// What is about no message of ours is no error: told so, the gateway would only say it again.
    private func take(_ receipt: DeliveryReceipt?, from gateway: String) async throws {
        guard let receipt else { return }
        receipts.count(try await insisting { try await session.take(receipt, from: gateway) })
    }

    /// What fails for a lock or a lost connection is tried again here, for not every gateway asks again.
    private func insisting<Value: Sendable>(_ deed: () async throws -> Value) async throws -> Value {
        var pace = RetryPace(first: .milliseconds(100), cap: .seconds(1))
        for _ in 1..<Self.attempts {
            do {
                return try await deed()
            } catch let error as PostgresError where error.isRetriable {
                pace.failed()
                await pace.wait()
            }
        }
        return try await deed()
    }
}

extension HTTPField.Name {
    static let hubSignature = Self("X-Hub-Signature-256")!
    static let twilioSignature = Self("X-Twilio-Signature")!
}
