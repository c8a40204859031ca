"""A simulated AWS over real HTTP on loopback: Bedrock by rules of our own, other services by moto.

It knows nothing of the runner's model schemas: its facts stand in `fixtures/`, written by hand from the
sources named there, so that a test of the runner against it proves something.
"""
