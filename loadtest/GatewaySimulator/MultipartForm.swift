internal import FoundationEssentials
internal import NIOCore

/// The parts of a `multipart/form-data` body (RFC 7578), as far as a gateway looks at them: name and content.
enum MultipartForm {
    struct Part {
        var name: String
        var content: ByteBuffer
    }

    /// More parts than any message has.
    static let mostParts = 64

    /// nil when the body is not what its content type says.
    static func parts(of body: ByteBuffer, contentType: String) -> [Part]? {
        guard let boundary = parameter("boundary", of: contentType[...]), !boundary.isEmpty else { return nil }
        let delimiter = Array("--\(boundary)".utf8)
        let view = body.readableBytesView
        guard var position = find(delimiter, in: view, from: view.startIndex) else { return nil }
        var parts: [Part] = []
        while true {
            let start = position + delimiter.count
            if view[start...].starts(with: Array("--".utf8)) { return parts }
            guard view[start...].starts(with: Array("\r\n".utf8)), parts.count < mostParts,
                let headersEnd = find(Array("\r\n\r\n".utf8), in: view, from: start),
                let next = find(Array("\r\n".utf8) + delimiter, in: view, from: headersEnd + 2),
                let name = name(in: String(decoding: view[start..<headersEnd], as: UTF8.self))
            else { return nil }
            let content = max(headersEnd + 4, start)..<max(next, headersEnd + 4)
            parts.append(Part(name: name, content: ByteBuffer(view[content])))
            position = next + 2
        }
    }

    private static func name(in headers: String) -> String? {
        for line in headers.split(separator: "\r\n") where line.lowercased().hasPrefix("content-disposition:") {
            return parameter("name", of: line)
        }
        return nil
    }

    private static func parameter(_ name: String, of header: Substring) -> String? {
        for piece in header.split(separator: ";").dropFirst() {
            let trimmed = piece.drop { $0 == " " }
            guard trimmed.lowercased().hasPrefix(name + "=") else { continue }
            let value = trimmed.dropFirst(name.count + 1)
            return value.first == "\"" ? String(value.dropFirst().prefix { $0 != "\"" }) : String(value)
        }
        return nil
    }

    private static func find(_ needle: [UInt8], in view: ByteBufferView, from start: Int) -> Int? {
        guard start <= view.endIndex else { return nil }
        return view.withUnsafeBytes { bytes -> Int? in
            let base = start - view.startIndex
            guard base + needle.count <= bytes.count else { return nil }
            var index = base
            let last = bytes.count - needle.count
            while index <= last {
                if bytes[index] == needle[0], needle.indices.allSatisfy({ bytes[index + $0] == needle[$0] }) {
                    return index + view.startIndex
                }
                index += 1
            }
            return nil
        }
    }
}
