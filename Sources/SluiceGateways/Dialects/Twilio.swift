internal import SluiceCore

/// Twilio's Messages resource (API of 2010-04-01): SMS and MMS, and WhatsApp for senders named `whatsapp:+…`.
///
/// The device's name at the gateway is the sender: a number, `whatsapp:` and a number, a short code, an alphanumeric
/// sender, or the id of a messaging service (`MG…`). Credentials: `account_sid`, and `auth_token` or an API key
/// (`api_key` + `api_key_secret`); `status_callback`, the public address of `/webhooks/{gateway}`, to hear what became
/// of messages. Each request's callback address names the attempt, so a receipt finds its ledger row by its key.
///
/// Twilio takes a message into its queue and answers with its id. It knows no duplicates: a request that is sent again
/// is another message, so whatever is not a documented refusal is unknown. Source: Twilio, "Messages resource" and
/// "Error and warning dictionary".
struct Twilio: GatewayAdapter {
    static let whatsApp = "whatsapp:"

    let dialect = Dialect.twilio

    func validate(credentials given: [String: String]) throws(GatewayConfigurationError) {
        guard let account = given["account_sid"], !account.isEmpty else {
            throw .invalidCredentials(reason: "hold no account_sid")
        }
        if (given["api_key"] == nil) != (given["api_key_secret"] == nil) {
            throw .invalidCredentials(reason: "need both api_key and api_key_secret, or neither")
        }
        if given["api_key"] == nil, given["auth_token"] == nil {
            throw .invalidCredentials(reason: "need auth_token, or api_key and api_key_secret")
        }
        if let callback = given["status_callback"] {
            do throws(GatewayAddress.Invalid) {
                _ = try GatewayAddress(callback)
            } catch {
                throw .invalidCredentials(reason: "hold a status_callback that \(error.reason)")
            }
        }
    }

    func request(for reservation: Reservation, on device: DeviceProfile) -> PreparedSend {
        guard let first = reservation.recipient.utf8.first, first != UInt8(ascii: "0") else {
            return .refused(.unsendable(code: "invalid_recipient", detail: "the number is not in international form"))
        }
        let credentials = device.gateway.credentials
        guard let account = credentials["account_sid"], let authorization = Self.authorization(credentials) else {
            return .refused(
                .misconfigured(code: "invalid_gateway", detail: "the gateway's credentials lack the account's"))
        }
        let sender = Sender(device.gatewayDevice)
        var form = URLEncodedForm()
        form.add("To", sender.prefix + "+" + reservation.recipient)
        form.add(sender.field, sender.name)
        let content = reservation.content
        if !content.text.isEmpty { form.add("Body", content.text) }
        if let media = content.mediaURL {
            form.add("MediaUrl", media)
        } else if content.kind != .text {
            return .refused(.unsendable(code: "unsupported_media", detail: "the message has a kind but no media URL"))
        }
        if let callback = credentials["status_callback"] {
            let mark = callback.utf8.contains(UInt8(ascii: "?")) ? "&" : "?"
            form.add("StatusCallback", "\(callback)\(mark)attempt=\(AttemptKey(reservation))")
        }
        return .request(
            HTTPRequestDescription(
                method: .post, path: "/2010-04-01/Accounts/\(pathSegment(account))/Messages.json",
                headers: [authorization, URLEncodedForm.contentType, HeaderField("Accept", "application/json")],
                body: form.body))
    }

    func classify(_ answer: HTTPAnswer) -> Outcome {
        let reply = answer.json(Reply.self)
        // Twilio's codes have five digits; whatever else is there could be a phone number.
        let code = reply?.code.flatMap { 10_000...99_999 ~= $0 ? $0 : nil }
        if answer.isSuccess {
            guard let id = acceptableProviderID(reply?.sid) else {
                return .unknown(
                    code: "malformed_response", detail: "a success without the gateway's id for the message")
            }
            return .sent(providerID: id)
        }
        if let refusal = Self.refusal(of: answer, code: code) { return .refused(refusal) }
        return .unknown(
            code: code.map { "\($0)" } ?? answer.statusCode,
            detail: "the gateway did not say whether it took the message")
    }

    private static func authorization(_ credentials: [String: String]) -> HeaderField? {
        if let key = credentials["api_key"], let secret = credentials["api_key_secret"] {
            return Authorization.basic(username: key, password: secret)
        }
        guard let account = credentials["account_sid"], let token = credentials["auth_token"] else { return nil }
        return Authorization.basic(username: account, password: token)
    }

    /// The parts of the answer that are read. A part with another type than documented makes the whole undocumented.
    private struct Reply: Decodable {
        var sid: String?
        /// Of an error.
        var code: Int?
    }

    /// Who a message is from, as a request names it.
    private struct Sender {
        var field = "From"
        var name: String
        /// What stands before the recipient's number.
        var prefix = ""

        init(_ device: String) {
            if device.hasPrefix("MG"), device.utf8.count == 34 {
                (field, name) = ("MessagingServiceSid", device)
            } else if device.hasPrefix(Twilio.whatsApp) {
                (name, prefix) = (device, Twilio.whatsApp)
            } else {
                // Five and six digits are a short code, more a number that somebody wrote without its plus.
                let isNumber = 7...15 ~= device.utf8.count && device.utf8.allSatisfy { 0x30...0x39 ~= $0 }
                name = isNumber ? "+" + device : device
            }
        }
    }
}

// MARK: Refusals

extension Twilio {
    /// What is documented to have been refused before any message was made. Nil for everything else.
    private static func refusal(of answer: HTTPAnswer, code: Int?) -> Refusal? {
        // A server error has no refusal in it, whatever code it carries.
        guard answer.status < 500 else { return nil }
        if let code, let refusal = refusal(code, answer) { return refusal }
        switch answer.status {
        case 401, 403: return wrongCredentials(code)
        case 404, 405:
            return .charged(
                "no_such_endpoint", "nothing answers at this path; check the base URL and account_sid",
                .device(.notFound))
        case 429: return slower(answer, code)
        // Twilio's own errors of a request it did not accept; a body without one is not Twilio's.
        case 400: return code.map { .charged("\($0)", "the gateway finds the message invalid", .permanent) }
        default: return nil
        }
    }

    private static func refusal(_ code: Int, _ answer: HTTPAnswer) -> Refusal? {
        switch code {
        case 20429, 14107, 21611, 30001, 63018:
            slower(answer, code)
        case 20003, 20005:
            wrongCredentials(code)
        // The sender: not a number of the account's, not able to send, or none in the messaging service.
        case 21212, 21603, 21606, 21659, 21660, 21703, 21705, 63007:
            .charged("\(code)", "the gateway does not know the sender", .device(.notFound))
        case 21211, 21214, 21217, 21614:
            .charged("\(code)", "the number cannot get messages", .permanent)
        case 21610:
            .charged("\(code)", "the person has opted out at the gateway", .optedOut)
        case 63016:
            .charged("\(code)", "outside the window in which this sender may write freely", .permanent)
        default: nil
        }
    }

    private static func slower(_ answer: HTTPAnswer, _ code: Int?) -> Refusal {
        .charged(
            code.map { "\($0)" } ?? answer.statusCode, "the gateway asks to slow down",
            .retry(notBefore: RetryAfter.wait(in: answer)))
    }

    private static func wrongCredentials(_ code: Int?) -> Refusal {
        .charged(
            code.map { "\($0)" } ?? "wrong_credentials", "the gateway does not accept the account's credentials",
            .device(.credentialsRefused))
    }
}
