"""Who must be allowed what on AWS: least-privilege policies made from `schemas/iam.json`."""
