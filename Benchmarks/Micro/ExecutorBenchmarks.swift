import Benchmark
import PinnedThread

/// An actor on a thread of its own, as the connections are.
private actor Counter {
    private let thread = PinnedThread(name: "micro")
    private var count = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    func increment() -> Int {
        count += 1
        return count
    }

    isolated deinit { thread.stop() }
}

/// What it costs to visit a connection's thread and to come back.
func executorBenchmarks() {
    Benchmark("executor: hop there and back", configuration: configuration(.kilo)) { benchmark in
        let counter = Counter()
        benchmark.startMeasurement()
        for _ in benchmark.scaledIterations { blackHole(await counter.increment()) }
        benchmark.stopMeasurement()
    }
}
