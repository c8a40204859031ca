"""Operations of other services, a topic a file; each says `SERVICE = "<botocore's name>"`."""
