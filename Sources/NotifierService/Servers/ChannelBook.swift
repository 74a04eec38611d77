package import Channels
package import Contracts

/// Which servers there are, for whom, and how much each takes. Pure.
package struct ChannelBook: Sendable {
    /// One server.
    package struct Server: Sendable {
        /// What it is called in the file of channels.
        package var name: String { channel.name }
        /// What way to people it is.
        package let kind: NoticeChannel
        /// How many handovers it takes in a minute, from all copies together.
        package let perMinute: Int
        /// The addresses that there are; `nil` when any may be written.
        package let targets: [String]?
        /// What hands over.
        package let channel: any Channel

        /// - Parameters: as the properties.
        package init(_ kind: NoticeChannel, perMinute: Int = 600, targets: [String]? = nil, _ channel: any Channel) {
            self.kind = kind
            self.perMinute = perMinute
            self.targets = targets
            self.channel = channel
        }
    }

    /// The node that stands for every one without a list of its own.
    package static let everywhere = "*"

    /// The servers by name.
    package let servers: [String: Server]
    /// The names of servers that a node uses, the first choice first.
    private let nodes: [String: [String]]
    /// The domain of those who have a mailbox by their login and have not said another one.
    private let domain: String?

    /// - Parameters:
    ///   - servers: the servers.
    ///   - nodes: the names of servers that a node uses; ``everywhere`` for every node without a list. When nothing is said all
    ///     are used everywhere.
    ///   - domain: the domain of those who have a mailbox by their login.
    package init(_ servers: [Server] = [], nodes: [String: [String]]? = nil, domain: String? = nil) {
        self.servers = Dictionary(servers.map { ($0.name, $0) }) { first, _ in first }
        self.nodes = nodes ?? [Self.everywhere: servers.map(\.name)]
        self.domain = domain
    }

    /// The server of a kind for somebody; `nil` when there is none.
    ///
    /// - Parameter path: their node and those above it; the first that has a list counts, all of it.
    package func server(_ kind: NoticeChannel, for path: [String]) -> Server? {
        let names = path.lazy.compactMap { nodes[$0] }.first ?? nodes[Self.everywhere] ?? []
        return names.lazy.compactMap { servers[$0] }.first { $0.kind == kind }
    }

    /// How somebody is told, by the servers that there are for them.
    ///
    /// - Parameters:
    ///   - login: who.
    ///   - said: how they want to be told; `nil` when they have not said.
    ///   - path: their node and those above it.
    package func reach(_ login: String, _ said: ReaderSettings?, for path: [String]) -> ReaderSettings {
        var reader = said ?? ReaderSettings()
        if let domain, !reader.addresses.contains(where: { $0.channel == .mail }) {
            reader.addresses.insert(NoticeAddress(channel: .mail, address: "\(login)@\(domain)"), at: 0)
        }
        reader.addresses.removeAll { address in
            guard let server = server(address.channel, for: path) else { return true }
            return server.targets.map { !$0.contains(address.address) } ?? false
        }
        return reader
    }
}
