internal import SluiceOperations

extension FuzzSubject {
    /// Bodies about texts, lists and webhooks.
    static let textRequests = [
        request(
            "template-request", TemplateRequest.self,
            examples: [#"{"body":"Hi {name}, {{code}: {code}","mediaUrl":"https://e.example/a.png","workspaceId":"w"}"#]
        ) { try $0.check() },
        request(
            "template-preview", PreviewRequest.self,
            examples: [
                #"{"template":"code","values":{"name":"Ada"}}"#,
                #"{"body":"Hi {name}","mediaUrl":"https://e.example/a.png"}"#,
            ]
        ) { try $0.checkBounds() },
        request(
            "template-test", TemplateTestRequest.self,
            examples: [#"{"template":"code","to":"+49 151 2345678","values":{"a":"b"},"fromNumber":"+15550001111"}"#]
        ) { try $0.checkBounds() },
        request(
            "webhook-request", WebhookRequest.self,
            examples: [
                #"{"url":"https://shop.example/sluice","events":["message.sent","message.failed"],"workspaceId":"w"}"#
            ]
        ) { try $0.checkBounds() },
        request(
            "redelivery", RedeliveryRequest.self, examples: [#"{"event":"evt_1","workspaceId":"w"}"#]
        ) { try $0.checkBounds() },
        request(
            "list-import", ListImportRequest.self,
            examples: [#"{"csv":"phone,name\n+49 151 2345678,Ann\n","dryRun":true,"workspaceId":"w"}"#]
        ) { try $0.checkBounds() },
    ]
}
