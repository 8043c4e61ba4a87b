internal import SluiceCore

/// go-whatsapp-web-multidevice, versions 8 and 9: a WhatsApp Web session per device, named by `X-Device-Id`.
///
/// Credentials: `username` + `password` (Basic), or none. It gives up on WhatsApp after 45 s and says so (504); what it
/// has handed to WhatsApp by then may still be accepted later. It knows nothing of our ids.
struct GOWA: GatewayAdapter {
    let dialect = Dialect.gowa

    func validate(credentials: [String: String]) throws(GatewayConfigurationError) {
        if (credentials["username"] == nil) != (credentials["password"] == nil) {
            throw .invalidCredentials(reason: "need both username and password, or neither")
        }
    }

    func request(for reservation: Reservation, on device: DeviceProfile) -> PreparedSend {
        // A national number (leading 0) would reach somebody else, or be refused as not on WhatsApp.
        guard let first = reservation.recipient.utf8.first, first != UInt8(ascii: "0") else {
            return .refused(.unsendable(code: "invalid_recipient", detail: "the number is not in international form"))
        }
        var headers = self.headers(for: device)
        let content = reservation.content
        guard content.kind != .text else {
            headers.append(JSONBody.contentType)
            var body = JSONObject(reserving: content.text.utf8.count + 64)
            body.add("message", content.text)
            body.add("phone", reservation.recipient)
            return .request(
                HTTPRequestDescription(method: .post, path: "/send/message", headers: headers, body: body.bytes()))
        }
        guard let url = content.mediaURL else {
            return .refused(.unsendable(code: "unsupported_media", detail: "the message has a kind but no media URL"))
        }
        let (path, field) = Self.mediaEndpoint(content.kind)
        var fields = [(name: "phone", value: reservation.recipient), (name: field, value: url)]
        if content.kind != .audio {
            fields.append((name: "caption", value: content.text))
        } else if !content.text.isEmpty {
            return .refused(.unsendable(code: "unsupported_media", detail: "audio cannot carry a caption"))
        }
        let form = MultipartForm(fields, boundarySeed: "sluice-\(reservation.message)")
        headers.append(form.contentType)
        return .request(HTTPRequestDescription(method: .post, path: path, headers: headers, body: form.body))
    }

    func classify(_ answer: HTTPAnswer) -> Outcome {
        let reply = answer.json(Reply.self)
        if answer.isSuccess {
            guard reply?.code == "SUCCESS", let id = acceptableProviderID(reply?.results?.messageID) else {
                return .unknown(
                    code: "malformed_response", detail: "a success without the gateway's id for the message")
            }
            return .sent(providerID: id)
        }
        if let refusal = Self.refusal(status: answer.status, reply: reply, answer: answer) { return .refused(refusal) }
        return .unknown(
            code: Self.recognizableCode(reply?.code) ?? answer.statusCode,
            detail: "the gateway did not say whether it took the message")
    }

    func stateRequest(for device: DeviceProfile) -> HTTPRequestDescription? {
        HTTPRequestDescription(
            method: .get, path: "/devices/\(pathSegment(device.gatewayDevice))/status", headers: headers(for: device))
    }

    func condition(from answer: HTTPAnswer) -> DeviceCondition? {
        if answer.isSuccess {
            guard let results = answer.json(Reply.self)?.results, let isLoggedIn = results.isLoggedIn,
                let isConnected = results.isConnected
            else { return nil }
            return isLoggedIn ? (isConnected ? .connected : .disconnected) : .loggedOut
        }
        guard case .refused(let refusal) = classify(answer), case .device(let condition) = refusal.disposition else {
            return nil
        }
        return condition
    }

    private func headers(for device: DeviceProfile) -> [HeaderField] {
        var headers = [HeaderField("X-Device-Id", device.gatewayDevice), HeaderField("Accept", "application/json")]
        let credentials = device.gateway.credentials
        if let username = credentials["username"], let password = credentials["password"] {
            headers.append(Authorization.basic(username: username, password: password))
        }
        return headers
    }

    private static func mediaEndpoint(_ kind: MessageContent.Kind) -> (path: String, field: String) {
        switch kind {
        case .text: preconditionFailure("text has no media endpoint")
        case .image: ("/send/image", "image_url")
        case .video: ("/send/video", "video_url")
        case .audio: ("/send/audio", "audio_url")
        case .document: ("/send/file", "file_url")
        }
    }
}

// MARK: Refusals

extension GOWA {
    /// The documented refusals. All arrive before WhatsApp has the message. Nil for everything else.
    private static func refusal(status: Int, reply: Reply?, answer: HTTPAnswer) -> Refusal? {
        switch reply?.code {
        case "DEVICE_ID_REQUIRED", "DEVICE_NOT_FOUND":
            return .charged(reply?.code, "the gateway does not know the device", .device(.notFound))
        case "DEVICE_MANAGER_UNAVAILABLE":
            return .charged(reply?.code, "the gateway is starting or stopping", .device(.disconnected))
        case "AUTHENTICATION_ERROR":
            return authenticationRefusal(message: reply?.message ?? "")
        case "VALIDATION_ERROR":
            return .charged(reply?.code, "the gateway finds the message invalid", .permanent)
        case "INVALID_JID":
            return .charged(reply?.code, "the number is not on WhatsApp", .permanentIfRepeated)
        case "WA_REACHOUT_TIMELOCK":
            return .charged(reply?.code, "WhatsApp bars this device from new conversations", .permanent)
        case "UPLOAD_MEDIA_ERROR":
            return .charged(reply?.code, "the media could not be uploaded", .retry(notBefore: nil))
        default:
            return undocumentedRefusal(status: status, answer: answer)
        }
    }

    private static func authenticationRefusal(message: String) -> Refusal {
        let message = message.lowercased()
        if message.contains("not connect") {
            return .charged("not_connected", "the device's session is down", .device(.disconnected))
        }
        if message.contains("not logged in") || message.contains("not login") {
            return .charged("not_logged_in", "the device must be paired again", .device(.loggedOut))
        }
        return wrongCredentials
    }

    /// What a proxy or a router in front of the gateway's handlers answers: nothing there has sent a message.
    private static func undocumentedRefusal(status: Int, answer: HTTPAnswer) -> Refusal? {
        switch status {
        case 401: wrongCredentials
        case 404, 405:
            .charged("no_such_endpoint", "nothing answers at this path; check the base URL", .device(.notFound))
        case 429:
            .charged(answer.statusCode, "the gateway asks to slow down", .retry(notBefore: RetryAfter.wait(in: answer)))
        default: nil
        }
    }

    private static var wrongCredentials: Refusal {
        .charged(
            "wrong_credentials", "the gateway does not accept the user name and password", .device(.credentialsRefused))
    }

    /// The gateway's own code, if it looks like one: letters and underscores cannot hold a phone number.
    private static func recognizableCode(_ code: String?) -> String? {
        guard let code, 1...64 ~= code.utf8.count,
            code.utf8.allSatisfy({ UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 || $0 == UInt8(ascii: "_") })
        else { return nil }
        return code
    }
}

extension GOWA {
    /// The gateway's one answer shape. A part with another type than documented makes the whole undocumented.
    private struct Reply: Decodable {
        struct Results: Decodable {
            let messageID: String?
            let isConnected: Bool?
            let isLoggedIn: Bool?

            enum CodingKeys: String, CodingKey {
                case messageID = "message_id"
                case isConnected = "is_connected"
                case isLoggedIn = "is_logged_in"
            }
        }

        let code: String?
        let message: String?
        let results: Results?
    }
}
