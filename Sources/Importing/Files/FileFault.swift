/// What is wrong with a file as a whole, and what to do.
package struct FileFault: Error, CustomStringConvertible, Equatable {
    /// A sentence that says both.
    package let description: String

    /// - Parameter description: what is wrong, and what to do.
    package init(_ description: String) {
        self.description = description
    }
}
