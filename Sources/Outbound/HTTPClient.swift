import CCurl
import PinnedThread
import Synchronization

/// Sends requests by HTTP, and mails by SMTP, any number at once: the one client of this system, on libcurl.
///
/// All requests share one thread, which sleeps until a socket, a new request, a cancellation or the end of somebody's
/// patience wakes it, and the connections that are still open.
///
/// Who sends mail has a client of its own: for the answer to a mail's last line, and to its good-bye, the library waits on the
/// thread, as long as the server may be silent.
package actor HTTPClient {
    /// Where a client may go.
    package enum Reach: Sendable {
        /// Everywhere.
        case everywhere
        /// To public addresses alone: not to this machine, nor to its neighbours.
        case publicAddresses
    }

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
    private let reach: Reach

    /// The thread on which all requests run.
    nonisolated package var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Begins with no connection.
    ///
    /// - Parameter reach: where it may go. It holds for all requests of the client, because they share connections: one that is
    ///   open is not looked at again.
    package init(_ reach: Reach = .everywhere) {
        self.reach = reach
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
            await withCheckedContinuation { (continuation: HTTPTransfer.Continuation) in
                do throws(OutboundError) {
                    try begin(try HTTPTransfer(request, continuation), number)
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        } onCancel: {
            cancel(number)
        }
        _ = cancelled.withLock { $0.remove(number) }
        return try result.get()
    }

    /// Hands a mail over to a server and waits for what it says. Several, one after the other, go over one connection.
    ///
    /// - Returns: the server's word, whether it has taken the mail or not.
    /// - Throws: ``OutboundError`` when it did not say: then nobody knows whether it has the mail when it had come as far as its
    ///   content.
    package func send(_ mail: MailRequest) async throws(OutboundError) -> MailAnswer {
        let number = numbers.wrappingAdd(1, ordering: .relaxed).newValue
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: MailTransfer.Continuation) in
                do throws(OutboundError) {
                    try begin(try MailTransfer(mail, continuation), number)
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        } onCancel: {
            cancel(number)
        }
        _ = cancelled.withLock { $0.remove(number) }
        return try result.get()
    }

    private nonisolated func cancel(_ number: Int) {
        _ = cancelled.withLock { $0.insert(number) }
        thread.wake()
    }

    private func begin(_ transfer: Transfer, _ number: Int) throws(OutboundError) {
        if reach == .publicAddresses { transfer.refusePrivateAddresses() }
        try transfer.add(to: multi)
        transfers[number] = transfer
    }

    private func turn() -> Wait {
        for number in cancelled.withLock({ $0 }) {
            guard let transfer = transfers.removeValue(forKey: number) else { continue }
            transfer.remove(from: multi)
            transfer.fail(OutboundError(.cancelled, "\(transfer.place): nobody waits for the answer any more"))
        }
        let due = waybill_curl_go_on(multi, sockets)
        var result = CURLE_OK
        while let handle = waybill_curl_ended(multi, &result) {
            guard let (number, transfer) = transfers.first(where: { $0.value.handle == handle }) else { break }
            transfers[number] = nil
            let tell = transfer.ended(result)
            transfer.remove(from: multi)
            tell()
        }
        return Wait(descriptor: sockets, timeout: due < 0 ? nil : .milliseconds(due))
    }
}
