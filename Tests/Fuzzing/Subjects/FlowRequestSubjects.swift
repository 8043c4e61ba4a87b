internal import SluiceOperations

extension FuzzSubject {
    /// Bodies about flows, campaigns, triggers and their settings.
    static let flowRequests = [
        request(
            "flow-request", FlowRequest.self,
            examples: [
                #"{"name":"welcome","nodes":[{"id":"a","type":"message","data":{"text":"Hi"}}],"edges":[],"workspaceId":"w"}"#,
                #"{"name":"w","nodes":[{"id":1,"type":"wait","data":{"duration":2.5,"timeUnit":"days"}},null,[true]]}"#,
            ]
        ) { try $0.check() },
        request(
            "flow-test", FlowTestRequest.self,
            examples: [#"{"flowId":"welcome","to":"+49 151 2345678","deviceId":"front-desk","workspaceId":"w"}"#]
        ) { try $0.checkBounds() },
        request(
            "campaign", CampaignRequest.self,
            examples: [
                #"{"flowId":"welcome","pageIds":[100,101],"startAt":"2036-01-01T09:00:00+02:00","priority":5,"triggerId":7}"#
            ]
        ) { try $0.check() },
        request(
            "trigger-run", TriggerRunRequest.self,
            examples: [
                #"{"flowId":"welcome","recipient":"491512345678","triggerId":1,"pageId":100,"priority":2,"context":{"a":[1]}}"#
            ]
        ) { try $0.check() },
        request(
            "source-settings", SourceChange.self,
            examples: [
                #"{"ratePerMinute":60,"quietHours":"20:00-08:00","expiresAfter":"2h","workspaceId":"w"}"#,
                #"{"ratePerMinute":null,"quietHours":null,"expiresAfter":"90s"}"#,
            ]
        ) { try $0.check() },
    ]
}
