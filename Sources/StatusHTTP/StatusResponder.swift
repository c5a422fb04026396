import Hummingbird
import Foundation
import HTTPTypes
import NIOCore
import Telemetry

/// Answers the status listener's requests: a few fixed paths, read only, and no body in a request.
struct StatusResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    let registry: MetricRegistry
    let checks: [ReadinessCheck]

    func respond(to request: Request, context: Context) async -> Response {
        var response = await answer(request)
        response.headers[.cacheControl] = "no-store"
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
        if request.method == .head {
            // The body stays away; its length, which taking it away would change, is that of the answer to GET.
            let length = response.body.contentLength ?? 0
            response.body = ResponseBody()
            response.headers[.contentLength] = "\(length)"
        }
        return response
    }

    private func answer(_ request: Request) async -> Response {
        guard ["/metrics", "/healthz", "/readyz"].contains(request.uri.path) else {
            return Self.refusal(.notFound, "there are /metrics, /healthz and /readyz")
        }
        guard request.method == .get || request.method == .head else {
            var response = Self.refusal(.methodNotAllowed, "only GET and HEAD are answered")
            response.headers[.allow] = "GET, HEAD"
            return response
        }
        guard !request.head.announcesBody else {
            return Self.refusal(.contentTooLarge, "a request has no body here")
        }
        switch request.uri.path {
        case "/metrics":
            return Self.response(.ok, PrometheusText.contentType, Data(await registry.exposition().utf8))
        case "/readyz":
            let report = await ReadinessReport(asking: checks)
            return Self.json(report.ready ? .ok : .serviceUnavailable, "application/json", report)
        default:
            return Self.response(.ok, "text/plain; charset=utf-8", Data("alive\n".utf8))
        }
    }

    private static func refusal(_ status: HTTPResponse.Status, _ detail: String) -> Response {
        json(
            status, "application/problem+json",
            Problem(title: status.reasonPhrase, status: status.code, detail: detail))
    }

    private static func json(_ status: HTTPResponse.Status, _ type: String, _ value: some Encodable) -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Values of strings, numbers and truths always encode.
        guard let data = try? encoder.encode(value) else { return Response(status: .internalServerError) }
        return response(status, type, data)
    }

    private static func response(_ status: HTTPResponse.Status, _ type: String, _ data: Data) -> Response {
        Response(
            status: status, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
    }
}
