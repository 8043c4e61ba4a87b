internal import FoundationEssentials

/// What GOWA tells its webhook.
protocol CallbackEvent: Sendable {
    func json() throws -> [UInt8]
}

/// A text message from a person to a device, as GOWA tells its webhook.
struct InboundEvent: CallbackEvent {
    var id: String
    var device: String
    /// Digits.
    var from: String
    var text: String

    private struct Wire: Encodable {
        struct Payload: Encodable {
            var id: String
            var chatId: String
            var from: String
            var timestamp: String
            var isFromMe = false
            var body: String
        }

        var event = "message"
        /// Its name; the devices here have no number.
        var deviceId: String
        var payload: Payload
    }

    func json() throws -> [UInt8] {
        let address = from + "@s.whatsapp.net"
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let payload = Wire.Payload(
            id: id, chatId: address, from: address, timestamp: Date.now.formatted(.iso8601), body: text)
        return Array(try encoder.encode(Wire(deviceId: device, payload: payload)))
    }
}

/// That a message has reached the person's phone.
struct ReceiptEvent: CallbackEvent {
    /// The gateway's, of the message.
    var id: String
    var device: String
    var to: String

    private struct Wire: Encodable {
        struct Payload: Encodable {
            var ids: [String]
            var chatId: String
            var from: String
            var receiptType = "delivered"
        }

        var event = "message.ack"
        var deviceId: String
        var payload: Payload
    }

    func json() throws -> [UInt8] {
        let address = String(to.prefix { $0 != "@" }.drop { $0 == "+" }) + "@s.whatsapp.net"
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let payload = Wire.Payload(ids: [id], chatId: address, from: address)
        return Array(try encoder.encode(Wire(deviceId: device, payload: payload)))
    }
}
