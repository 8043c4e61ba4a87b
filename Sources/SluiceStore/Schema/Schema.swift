/// All schema versions this build knows, oldest first. Append only: a version that was released never changes.
enum Schema {
    /// `versions[n]` brings a database from version n to n + 1.
    static let versions: [[String]] = [SchemaV1.sections]

    static var current: Int { versions.count }
}
