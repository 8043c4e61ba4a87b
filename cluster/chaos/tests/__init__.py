"""Of what can be tested without root."""
