import Benchmark
import Contracts
import Messaging

/// A message as another system sends it, and as we emit it.
func envelopeBenchmarks() {
    guard let body = golden("order.placed.v1") else { return }
    let plain = Delivery(
        exchange: "waybill.inbound", routingKey: "order.placed.v1",
        properties: MessageProperties(
            contentType: "application/json", deliveryMode: 2, messageID: "SO-2026-000123-1",
            timestamp: 1_767_576_600, type: "order.placed.v1", appID: "orders"),
        body: body)
    Benchmark("envelope, plain: read", configuration: configuration(.kilo)) { benchmark in
        for _ in benchmark.scaledIterations { blackHole(try CloudEventCodec.decode(plain)) }
    }
    guard let (envelope, data) = try? CloudEventCodec.decode(plain), let order = try? OrderPlaced(node: data) else {
        return
    }
    let encoded = order.encode()
    let properties = CloudEventCodec.properties(of: envelope)
    let structured = Delivery(
        exchange: "waybill.inbound", routingKey: "order.placed.v1", properties: properties,
        body: envelope.structuredBody(data: encoded))
    Benchmark("envelope, structured: read", configuration: configuration(.kilo)) { benchmark in
        for _ in benchmark.scaledIterations { blackHole(try CloudEventCodec.decode(structured)) }
    }
    Benchmark("envelope: properties and headers", configuration: configuration(.kilo)) { benchmark in
        for _ in benchmark.scaledIterations { blackHole(CloudEventCodec.properties(of: envelope)) }
    }
    Benchmark("envelope: structured body", configuration: configuration(.kilo)) { benchmark in
        for _ in benchmark.scaledIterations { blackHole(envelope.structuredBody(data: encoded)) }
    }
}
