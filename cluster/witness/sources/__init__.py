"""What the witness reads: request logs, final tables, the fault log, results of mutants."""
