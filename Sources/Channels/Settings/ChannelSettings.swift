package import Contracts

/// The channels of an installation, and which of them the parts of its organisation use.
package struct ChannelSettings: Sendable {
    /// A channel with what is to be known of it.
    package struct Entry: Sendable {
        /// Its name.
        package var name: String { channel.name }
        /// Its kind.
        package let kind: NoticeChannel
        /// How many handovers a minute its server takes, from all copies of the service together.
        package let perMinute: Int
        /// The channel.
        package let channel: any Channel
        /// The names that addresses of handovers may have; `nil` for mail, where they are addresses of mail.
        package let targets: [String]?
    }

    /// All channels by name.
    package let entries: [String: Entry]
    /// The names of channels that a node uses, the first choice first; `*` for those that have no list.
    package let nodes: [String: [String]]
    /// Where the console is, for links; `nil` without one.
    package let console: String?

    /// - Parameters: as the properties.
    package init(entries: [String: Entry], nodes: [String: [String]], console: String?) {
        (self.entries, self.nodes, self.console) = (entries, nodes, console)
    }

    /// The channels for somebody, the first choice first.
    ///
    /// - Parameter path: the node where the person belongs, the one above it, and so on. The first of them that has a list is
    ///   the one that counts, all of it: what its list does not name is not used there.
    package func channels(for path: [String]) -> [Entry] {
        let names = path.lazy.compactMap { nodes[$0] }.first ?? nodes["*"] ?? []
        return names.compactMap { entries[$0] }
    }

    /// The channel of a kind for somebody; `nil` when there is none.
    ///
    /// - Parameter path: as of ``channels(for:)``.
    package func channel(_ kind: NoticeChannel, for path: [String]) -> Entry? {
        channels(for: path).first { $0.kind == kind }
    }
}
