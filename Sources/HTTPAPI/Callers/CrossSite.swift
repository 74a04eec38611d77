package import Hummingbird

/// Whether a browser calls because a page of another site has made it to.
package enum CrossSite {
    /// Refuses a call by a session that changes something and comes from another site. A token is sent by nobody who does
    /// not have it, so it needs no such look.
    ///
    /// - Throws: ``Problem`` `cross-site`.
    package static func check(_ request: Request, _ caller: APICaller) throws {
        guard caller.means == .session, ![.get, .head, .options].contains(request.method) else { return }
        if let site = request.headers.value("Sec-Fetch-Site") {
            guard ["same-origin", "none"].contains(site) else { throw problem }
            return
        }
        // Every browser says one of both with what changes something; what says neither is none, and has no session.
        guard let origin = request.headers[.origin]?.lowercased(),
            let authority = request.head.authority?.lowercased(),
            ["http://\(authority)", "https://\(authority)"].contains(origin)
        else { throw problem }
    }

    private static let problem = Problem(
        .crossSite, "a page of another site may not act by your session: use a token instead")
}
