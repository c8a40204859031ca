"""Operations of Bedrock, a topic a file: an operation is the function of its name."""
