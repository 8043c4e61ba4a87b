public import PostgresDriver

/// Looks at a database that holds the users' tables and says what a first migration will do to it. Changes nothing.
///
/// The migration runs the same look in its own transaction and refuses while anything blocks, so what is said here is
/// what happens.
public struct Adoption: Sendable {
    /// Throws ``StoreError`` when the database cannot be read.
    public static func check(_ executor: some PostgresExecutor) async throws -> AdoptionReport {
        try await storing {
            let catalog = try await AdoptionCatalog.read(executor)
            guard !catalog.isAdopted else { return AdoptionReport() }
            var report = AdoptionReport()
            AdoptionShape(catalog: catalog).look(into: &report)
            // Rows can be read only where their columns are what they should be.
            if !report.isBlocked { try await AdoptionRows(catalog: catalog).look(into: &report, executor) }
            return report
        }
    }
}
