import Benchmark
import Contracts
import Foundation

/// The JSON body of a golden file; nothing when the file is not there.
func golden(_ type: String) -> [UInt8]? {
    FileManager.default.contents(atPath: "\(goldenFolder)/\(type)/full.json").map { Array($0) }
}

/// Decoding and encoding of every contract, and the parts of it for those of the order path.
func contractBenchmarks() {
    for contract in Catalogue.contracts {
        guard let body = golden(contract.type.description) else { continue }
        Benchmark("read and write \(contract.type)", configuration: configuration(.kilo)) { benchmark in
            for _ in benchmark.scaledIterations {
                blackHole(try contract.reencode(JSONDocument(parsing: body).root))
            }
        }
    }
    parts(OrderPlaced.self)
    parts(OrderChanged.self)
    parts(CostRecorded.self)
    parts(MarginAlertRaised.self)
    parts(OrderDecided.self)
}

private func parts<Body: Message>(_ type: Body.Type) {
    guard let body = golden(Body.type.description) else { return }
    Benchmark("parse \(Body.type)", configuration: configuration(.kilo)) { benchmark in
        for _ in benchmark.scaledIterations { blackHole(try JSONDocument(parsing: body)) }
    }
    Benchmark("decode \(Body.type)", configuration: configuration(.kilo)) { benchmark in
        for _ in benchmark.scaledIterations { blackHole(try Body(node: JSONDocument(parsing: body).root)) }
    }
    Benchmark("encode \(Body.type)", configuration: configuration(.kilo)) { benchmark in
        let value = try Body(node: JSONDocument(parsing: body).root)
        benchmark.startMeasurement()
        for _ in benchmark.scaledIterations { blackHole(value.encode()) }
        benchmark.stopMeasurement()
    }
}
