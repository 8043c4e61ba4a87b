"""Tests of the tool that need no cluster."""
