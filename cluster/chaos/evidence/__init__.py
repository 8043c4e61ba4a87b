"""What a run leaves behind, and what is said of it: the fault log, the scan of the logs, the archive, the totals."""
