"""Text: normalization, markup, sentences, languages, tokens."""
