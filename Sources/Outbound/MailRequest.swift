/// A server that takes mail, and how it is spoken to.
package struct MailServer: Sendable, Equatable {
    /// How what is said is kept from others.
    package enum Security: String, Sendable, CaseIterable {
        /// By TLS that is asked for when the connection is open (STARTTLS); without it nothing more is said.
        case startTLS = "starttls"
        /// By TLS from the first byte on.
        case tls
        /// Not at all: for a server on this machine only.
        case none
    }

    /// Its name or address.
    package var host: String
    /// Its port.
    package var port: Int
    /// How what is said is kept from others.
    package var security: Security
    /// By which name we greet it.
    package var greeting: String
    /// Who we are; `nil` when it does not ask.
    package var login: Login?
    /// A file (PEM) of the authorities that may have signed its certificate; the system's when `nil`.
    package var certificateAuthorities: String?
    /// How long it may take until it is connected to, has proved itself and knows us.
    package var connectTimeout: Duration
    /// How long it may say nothing.
    package var silence: Duration
    /// How long one mail may take, with all of this.
    package var timeout: Duration

    /// A name with its password.
    package struct Login: Sendable, Equatable {
        /// The name.
        package var user: String
        /// The password.
        package var password: String

        /// - Parameters: as the properties.
        package init(user: String, password: String) { (self.user, self.password) = (user, password) }
    }

    /// - Parameters: as the properties.
    package init(
        host: String, port: Int, security: Security, greeting: String, login: Login? = nil,
        certificateAuthorities: String? = nil, connectTimeout: Duration = .seconds(20),
        silence: Duration = .seconds(30),
        timeout: Duration = .seconds(120)
    ) {
        (self.host, self.port, self.security, self.greeting) = (host, port, security, greeting)
        (self.login, self.certificateAuthorities) = (login, certificateAuthorities)
        (self.connectTimeout, self.silence, self.timeout) = (connectTimeout, silence, timeout)
    }
}

/// A mail for one address.
package struct MailRequest: Sendable {
    /// Who is to take it.
    package var server: MailServer
    /// Whose it is, by the envelope: where word goes that it cannot be delivered.
    package var sender: String
    /// Where it goes.
    package var recipient: String
    /// Header fields and body, with CR LF at the end of each line.
    package var message: [UInt8]

    /// - Parameters: as the properties.
    package init(server: MailServer, sender: String, recipient: String, message: [UInt8]) {
        (self.server, self.sender, self.recipient, self.message) = (server, sender, recipient, message)
    }
}

/// What a server of mail said.
package struct MailAnswer: Sendable, Equatable {
    /// What it was about.
    package enum Stage: Int, Sendable, Comparable {
        /// The connection: greeting, TLS, login.
        case connection
        /// Whose mail it is, and how large.
        case sender
        /// Where it goes.
        case recipient
        /// The mail itself.
        case content

        /// Whether the first is the earlier.
        package static func < (first: Stage, second: Stage) -> Bool { first.rawValue < second.rawValue }
    }

    /// What it was about.
    package let stage: Stage
    /// Its code, such as 250 or 550.
    package let code: Int
    /// Its words behind the code, on one line, 400 characters at most.
    package let words: String

    /// Whether it has taken the mail, for which it answers from now on.
    package var isAccepted: Bool { stage == .content && (200..<300).contains(code) }

    /// - Parameters: as the properties.
    package init(stage: Stage, code: Int, words: String) { (self.stage, self.code, self.words) = (stage, code, words) }
}
