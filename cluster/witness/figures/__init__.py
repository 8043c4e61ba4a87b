"""Figures that several invariants and the report share."""
