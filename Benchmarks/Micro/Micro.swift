import Benchmark
import Foundation

/// Instructions and allocations where the machine counts them, time always.
let measured: [BenchmarkMetric] = [.wallClock, .cpuUser, .instructions, .mallocCountTotal, .contextSwitches]

/// Short runs: hundreds of samples say as much as thousands here.
func configuration(_ scaling: BenchmarkScalingFactor) -> Benchmark.Configuration {
    .init(
        metrics: measured, warmupIterations: 3, scalingFactor: scaling, maxDuration: .seconds(2), maxIterations: 500)
}

/// The variable names the database; without it only what needs none is measured.
let databaseURL = ProcessInfo.processInfo.environment["WAYBILL_BENCH_POSTGRES_URL"]

/// Where the golden files lie that the contracts are measured on.
let goldenFolder = ProcessInfo.processInfo.environment["WAYBILL_BENCH_GOLDEN"] ?? "Tests/ContractsTests/Golden"

let benchmarks: @Sendable () -> Void = {
    contractBenchmarks()
    envelopeBenchmarks()
    executorBenchmarks()
    arrayBenchmarks()
    if let databaseURL { databaseBenchmarks(databaseURL) }
}
