internal import SluiceCore
internal import SluiceOperations

extension FuzzSubject {
    static let lists = [csv] + PeopleList.allCases.map(people)

    /// Lines of a list of people: each field is what its column's type takes, or is refused by the column's name.
    private static func people(_ list: PeopleList) -> FuzzSubject {
        FuzzSubject(
            "list.\(list.rawValue)", .text,
            examples: [
                "+49 151-2345671,Ann,a@e.example,fitness,new,Europe/Berlin,\"a,b\"\n491512345672,,,,,,\n",
                "100,491512345671,Ann,true,FALSE,2036-01-01T09:00:00+02:00\n-1,x,,,,\n",
            ].map { Array($0.utf8) }
        ) { bytes in
            var reader = CSVReader()
            let outcomes = bytes.compactMap { reader.read($0) } + [reader.finish()].compactMap(\.self)
            var isAccepted = false
            for case .record(let record) in outcomes {
                do {
                    let values = try list.check(record.fields)
                    guard values.allSatisfy({ !($0 ?? "x").isEmpty && !($0 ?? "").utf8.contains(0) }) else {
                        throw FuzzFinding("no column has \(values)")
                    }
                    isAccepted = true
                } catch let error as OperationsError {
                    guard error.field != nil else { throw FuzzFinding("refused without a column: \(error)") }
                }
            }
            return isAccepted
        }
    }

    /// A CSV file: what is read is written and read again as it was, and nothing is longer than it may be.
    private static let csv = FuzzSubject(
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
