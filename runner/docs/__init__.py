"""The reference pages of `docs/`, generated from docstrings, signatures and schemas.

`python -m runner.docs` writes them; `python -m runner.docs --check` fails when one is out of date.
"""
