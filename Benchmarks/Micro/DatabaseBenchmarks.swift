import Benchmark
import Domain
import Postgres

private let words = (0..<500).map { "SO-2026-\($0)" }
private let numbers = (0..<500).map { Int64($0) * 1_000_003 }
private let amounts = (0..<500).map {
    FixedDecimal(units: Int128($0) * 370_000 + Int128($0 % 10) * 1_000)
}
private let flags = (0..<500).map { $0 % 3 == 0 }

/// Five hundred values made ready to be sent; no database.
func arrayBenchmarks() {
    Benchmark("array of 500: text", configuration: configuration(.one)) { benchmark in
        for _ in benchmark.scaledIterations { blackHole(words.postgresBind) }
    }
    Benchmark("array of 500: bigint", configuration: configuration(.one)) { benchmark in
        for _ in benchmark.scaledIterations { blackHole(numbers.postgresBind) }
    }
    Benchmark("array of 500: boolean", configuration: configuration(.one)) { benchmark in
        for _ in benchmark.scaledIterations { blackHole(flags.postgresBind) }
    }
    Benchmark("array of 500: numeric", configuration: configuration(.one)) { benchmark in
        for _ in benchmark.scaledIterations { blackHole(amounts.postgresBind) }
    }
}

private func connection(_ url: String) async throws -> PostgresConnection {
    try await PostgresConnection.connect(PostgresConfiguration(url: url, applicationName: "micro"))
}

/// Round trips to a database on this machine.
func databaseBenchmarks(_ url: String) {
    Benchmark("transaction: empty", configuration: configuration(.one)) { benchmark in
        let connection = try await connection(url)
        benchmark.startMeasurement()
        for _ in benchmark.scaledIterations { try await connection.withTransaction { _ in } }
        benchmark.stopMeasurement()
        await connection.close()
    }
    Benchmark("transaction: one statement", configuration: configuration(.one)) { benchmark in
        let connection = try await connection(url)
        benchmark.startMeasurement()
        for _ in benchmark.scaledIterations {
            blackHole(try await connection.withTransaction { try $0.query("select \(7)", as: Int.self) })
        }
        benchmark.stopMeasurement()
        await connection.close()
    }
    Benchmark("rows of 500: decode seven columns", configuration: configuration(.one)) { benchmark in
        let connection = try await connection(url)
        benchmark.startMeasurement()
        for _ in benchmark.scaledIterations {
            let count = try await connection.withTransaction { transaction in
                try transaction.query(
                    """
                    select n, 'SO-2026-' || n, 'customer ' || n, n % 3 = 0, null::text, (n * 1.5)::text, n::integer
                    from generate_series(1, 500::bigint) n
                    """, as: (Int64, String, String, Bool, String?, String, Int32).self
                ).count
            }
            blackHole(count)
        }
        benchmark.stopMeasurement()
        await connection.close()
    }
    Benchmark("arrays of 500: sent and unnested", configuration: configuration(.one)) { benchmark in
        let connection = try await connection(url)
        benchmark.startMeasurement()
        for _ in benchmark.scaledIterations {
            blackHole(
                try await connection.withTransaction { transaction in
                    try transaction.query(
                        "select count(*) from unnest(\(words), \(numbers), \(flags)) as t(word, number, flag)",
                        as: Int64.self)
                })
        }
        benchmark.stopMeasurement()
        await connection.close()
    }
}
