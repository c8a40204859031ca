"""The capability schemas as something to read: a row for each model, or all about one, with sources."""
