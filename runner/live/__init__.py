"""What AWS says now: asked, compared with the capability schemas, and written back with its source."""
