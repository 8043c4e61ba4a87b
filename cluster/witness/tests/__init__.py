"""Self-tests of the witness: it must see what it is shown."""
