"""Reads recipe and conf files strictly and lets Hydra compose them: the home of hydra, omegaconf and yaml.

text.py           bytes -> text that may be parsed
scalars.py        what a plain word of YAML means
tree.py           text -> nodes with places
rules.py          what no file may contain (code, environment, Hydra's own settings)
documents.py      one file: reads, checks and caches it; remembers everything it looked at
layout.py         where a recipe's files may be
defaults.py       the defaults lists: walked before Hydra does, so that all problems are found at once
overrides.py      overrides as typed -> overrides as Hydra takes them
quoting.py        values that need quotes in Hydra's grammar
source.py         hands the documents to Hydra (`strict://`)
merging.py        lets Hydra merge the files
applying.py       sets and deletes what the overrides say
trace.py          the same merge once more, for the places
interpolation.py  `${a.b}` without any resolver
composer.py       all of these, in order
session.py        the same for a Hydra application (`--multirun`)
"""
