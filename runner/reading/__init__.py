"""Reading data: files on disk, on S3 and on the hub, as shards of rows."""
