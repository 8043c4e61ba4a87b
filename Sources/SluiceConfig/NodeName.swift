/// Makes a node's name from its host's.
enum NodeName {
    /// `db-1.example.org` → `db-1_example_org`: a node's name is one token of a NATS subject, where a dot would part
    /// it.
    static func fromHost(_ host: String) -> String {
        let name = host.prefix(63).map { character in
            character.isASCII && (character.isLetter || character.isNumber || character == "-") ? character : "_"
        }
        return name.isEmpty ? "node" : String(name)
    }
}
