"""The home of boto3 and botocore: connections, and what AWS's refusals mean."""
