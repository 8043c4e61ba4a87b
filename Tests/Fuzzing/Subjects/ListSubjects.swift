internal import SluiceCore

extension FuzzSubject {
    /// A CSV file: what is read is written and read again as it was, and nothing is longer than it may be.
    static let csv = FuzzSubject(
        "csv", .text,
        examples: [
            "\u{FEFF}phone,name\r\n+49 151-2345671,\"Lee, \"\"Ann\"\"\"\r\n\r\n491512345672,\"two\nlines\"\n",
            "a,b\n\"c\"d,e\n",
        ].map { Array($0.utf8) }
    ) { bytes in
        var reader = CSVReader()
        let outcomes = bytes.compactMap { reader.read($0) } + [reader.finish()].compactMap(\.self)
        let lines = 1 + bytes.count { $0 == UInt8(ascii: "\n") }
        var isClean = true
        for outcome in outcomes {
            switch outcome {
            case .problem(let problem):
                isClean = false
                guard 1...lines ~= problem.line else { throw FuzzFinding("a problem on line \(problem.line)") }
            case .record(let record):
                guard 1...lines ~= record.line else { throw FuzzFinding("a record on line \(record.line)") }
                var again = CSVReader()
                let read = CSVWriter.line(record.fields).utf8.compactMap { again.read($0) }
                // Quoted it may be longer than what it was read from.
                guard
                    read == [.record(CSVRecord(line: 1, fields: record.fields))]
                        || record.fields.reduce(0, { $0 + $1.utf8.count }) > CSVReader.mostBytes / 2 - 10_000
                else { throw FuzzFinding("written and read again it is another: \(record.fields)") }
            }
        }
        return isClean
    }
}
