/// A `multipart/form-data` body (RFC 7578) of text fields.
struct MultipartForm {
    private let fields: [(name: String, value: String)]
    private let boundary: String

    /// - Parameter seed: starts the boundary. It is lengthened until no value contains it.
    init(_ fields: [(name: String, value: String)], boundarySeed seed: String) {
        var boundary = seed
        while fields.contains(where: { $0.value.contains(boundary) }) { boundary += "x" }
        self.fields = fields
        self.boundary = boundary
    }

    var contentType: HeaderField { HeaderField("Content-Type", "multipart/form-data; boundary=\(boundary)") }

    var body: [UInt8] {
        var text = ""
        for field in fields {
            text += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(field.name)\"\r\n\r\n\(field.value)\r\n"
        }
        text += "--\(boundary)--\r\n"
        return Array(text.utf8)
    }
}
