internal import FoundationEssentials
internal import SluiceOperations

extension FuzzSubject {
    /// Bodies of the HTTP API beside ``enrollment``: whatever is refused names a field, and what is not goes to SQL.
    static let requests = messageRequests + flowRequests + textRequests

    private static let messageRequests = [
        request(
            "job", JobRequest.self,
            examples: [
                #"{"to":"+49 151 2345678","body":"Hi","workspaceId":"w","fromNumber":"+15550001111","metadata":{"a":[1]},"delayMinutes":1.5}"#,
                #"{"to":"4915123456789","template":"code","values":{"code":"17"},"mediaUrl":"https://e.example/a.png","scheduledTime":"2036-01-01T09:00:00+02:00","expiresAt":"2036-01-02T09:00:00Z"}"#,
            ]
        ) { try $0.check() },
        request(
            "schedule", ScheduleRequest.self,
            examples: [
                #"{"to":"4915123456789","body":"Hi","cron":"30 8 * * mon-fri","timeZone":"Europe/Berlin","missed":"once"}"#
            ]
        ) { try $0.check() },
        request(
            "event-message", EventMessageRequest.self,
            examples: [
                #"{"eventId":7,"contractorId":"c-1","messageType":"speaker_alert","scheduledTime":"2036-06-01T09:00:00","personalizationData":{"booth":"B7","n":4},"sessionId":3}"#,
                #"{"eventId":"e","contractorId":3,"messageType":"t","channel":"email","toEmail":"a@b.example","messageContent":"Hi {name}","expiresAt":"2036-06-01T09:00:00Z"}"#,
            ]
        ) { try $0.check() },
        request(
            "event-response", EventMessageResponse.self,
            examples: [#"{"responseReceived":"9","sentimentScore":0.5,"actionTaken":"called","pcrScore":9}"#]
        ) { try $0.checkBounds() },
    ]

    static func request<Request: ClosedRequest>(
        _ name: String, _ type: Request.Type, examples: [String],
        validate: @escaping @Sendable (Request) throws -> Void
    ) -> FuzzSubject {
        FuzzSubject(name, .text, examples: examples.map { Array($0.utf8) }) { bytes in
            guard let request = try? JSONDecoder().decode(Request.self, from: Data(bytes)) else { return false }
            do {
                try validate(request)
                return true
            } catch let error as OperationsError {
                guard error.field != nil || error.code == "nothing_to_change" else {
                    throw FuzzFinding("refused without a field: \(error)")
                }
                return false
            }
        }
    }
}
