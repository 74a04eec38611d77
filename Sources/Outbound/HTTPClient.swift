import CCurl
import PinnedThread
import Synchronization

/// Sends requests by HTTP, any number at once: the one client of this system, on libcurl.
///
/// All requests share one thread, which sleeps until a socket, a new request, a cancellation or the end of somebody's
/// patience wakes it, and the connections that are still open.
package actor HTTPClient {
    /// The one for everybody who needs no other.
    package static let shared = HTTPClient()

    /// Once for the whole program, before anything else of the library.
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private let thread = PinnedThread(name: "outbound")
    /// All sockets in one descriptor.
    private let sockets: Int32
    private let multi: UnsafeMutableRawPointer
    private var transfers: [Int: Transfer] = [:]
    /// Those whose tasks were cancelled; removed by the task itself.
    private nonisolated let cancelled = Mutex<Set<Int>>([])
    private nonisolated let numbers = Atomic(0)

    /// The thread on which all requests run.
    nonisolated package var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Begins with no connection.
    package init() {
        precondition(Self.isReady, "libcurl cannot be started")
        sockets = waybill_curl_set()
        guard sockets >= 0, let multi = waybill_curl_multi(sockets) else {
            preconditionFailure("no descriptor or no memory left for libcurl: raise the limit of open files")
        }
        self.multi = multi
        thread.whenIdle { [weak self] _ in
            guard let self else { return Wait() }
            return self.assumeIsolated { $0.turn() }
        }
    }

    isolated deinit {
        for transfer in transfers.values { transfer.remove(from: multi) }
        curl_multi_cleanup(multi)
        close(sockets)
        thread.stop()
    }

    /// Sends a request and waits for the whole answer.
    ///
    /// - Returns: the answer, whatever its status.
    /// - Throws: ``OutboundError``; `cancelled`, at once, when the task is cancelled.
    package func send(_ request: HTTPRequest) async throws(OutboundError) -> HTTPResponse {
        let number = numbers.wrappingAdd(1, ordering: .relaxed).newValue
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { begin(request, number, $0) }
        } onCancel: {
            _ = cancelled.withLock { $0.insert(number) }
            thread.wake()
        }
        _ = cancelled.withLock { $0.remove(number) }
        return try result.get()
    }

    private func begin(_ request: HTTPRequest, _ number: Int, _ continuation: Transfer.Continuation) {
        do throws(OutboundError) {
            let transfer = try Transfer(request, continuation)
            transfers[number] = transfer
            try transfer.add(to: multi)
        } catch {
            transfers[number] = nil
            continuation.resume(returning: .failure(error))
        }
    }

    private func turn() -> Wait {
        for number in cancelled.withLock({ $0 }) {
            guard let transfer = transfers.removeValue(forKey: number) else { continue }
            transfer.remove(from: multi)
            transfer.end(.failure(OutboundError(.cancelled, "\(transfer.place): nobody waits for the answer any more")))
        }
        let due = waybill_curl_go_on(multi, sockets)
        var result = CURLE_OK
        while let handle = waybill_curl_ended(multi, &result) {
            guard let (number, transfer) = transfers.first(where: { $0.value.handle == handle }) else { break }
            transfers[number] = nil
            let answer = transfer.answer(result)
            transfer.remove(from: multi)
            transfer.end(answer)
        }
        return Wait(descriptor: sockets, timeout: due < 0 ? nil : .milliseconds(due))
    }
}
