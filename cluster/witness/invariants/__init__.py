"""The judges, one file each. A judge takes a run and returns a finding."""
