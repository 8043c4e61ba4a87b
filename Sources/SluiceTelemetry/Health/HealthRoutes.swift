public import Hummingbird

extension Router {
    /// Adds the three routes that every Sluice process serves.
    ///
    /// - `GET /healthz`: 200 while the process can answer at all. A probe that restarts processes asks here.
    /// - `GET /readyz`: 200 when the node can do its work, else 503, both with ``Readiness`` as JSON. A load balancer
    ///   asks here.
    /// - `GET /metrics`: the Prometheus text format.
    public func addHealthRoutes(
        metrics: PrometheusMetrics, readiness: @escaping @Sendable () async -> Readiness
    ) {
        get("/healthz") { _, _ in Response.text("ok\n", type: "text/plain; charset=utf-8") }
        get("/readyz") { _, _ in
            let answer = await readiness()
            return Response.text(
                answer.json, type: "application/json", status: answer.isReady ? .ok : .serviceUnavailable)
        }
        get("/metrics") { _, _ in Response.text(metrics.exposition(), type: PrometheusText.contentType) }
    }
}

extension Response {
    fileprivate static func text(_ body: String, type: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
    }
}
