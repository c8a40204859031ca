"""What moto holds outlives the process that holds it."""

from __future__ import annotations

from simulator.accounts import account, request

from runner.simulator.running import running


def test_everything_is_there_again(tmp_path):
    database = tmp_path / "state.sqlite"
    with running(database=database) as before:
        role = account(before)
        s3, iam = before.client("s3"), before.client("iam")
        s3.put_object(
            Bucket="bucket", Key="a b/é.bin", Body=b"\0\1", Metadata={"x": "y"}, ChecksumAlgorithm="SHA256"
        )
        s3.put_object(Bucket="bucket", Key="gone", Body=b"1")
        s3.delete_objects(Bucket="bucket", Delete={"Objects": [{"Key": "gone"}]})
        key = before.client("kms").create_key()["KeyMetadata"]["Arn"]
        job = before.client("bedrock").create_model_customization_job(**request(role))["jobArn"]
        first = s3.head_object(Bucket="bucket", Key="a b/é.bin", ChecksumMode="ENABLED")
        policy = iam.get_role(RoleName="job")["Role"]["AssumeRolePolicyDocument"]
    with running(database=database) as after:
        s3, iam = after.client("s3"), after.client("iam")
        again = s3.head_object(Bucket="bucket", Key="a b/é.bin", ChecksumMode="ENABLED")
        for member in ("ETag", "ChecksumSHA256", "Metadata", "LastModified", "ContentLength"):
            assert again[member] == first[member]
        assert s3.get_object(Bucket="bucket", Key="a b/é.bin")["Body"].read() == b"\0\1"
        names = [each["Key"] for each in s3.list_objects_v2(Bucket="bucket")["Contents"]]
        assert names == ["a b/é.bin", "in/train.jsonl", "in/validation.jsonl"]
        assert iam.get_role(RoleName="job")["Role"]["AssumeRolePolicyDocument"] == policy
        assert after.client("kms").describe_key(KeyId=key)["KeyMetadata"]["Arn"] == key
        after.advance(3600)
        assert after.client("bedrock").get_model_customization_job(jobIdentifier=job)["status"] == "Completed"
    with running(database=database) as last:
        names = [
            each["Key"]
            for each in last.client("s3").list_objects_v2(Bucket="bucket", Prefix="out/")["Contents"]
        ]
        assert len(names) == 2


def test_no_credential_is_written_down(tmp_path):
    import boto3

    database = tmp_path / "state.sqlite"
    with running(database=database) as simulated:
        session = boto3.Session(
            "AKIAREALKEYOFMINE", "very-secret", "session-token-of-mine", region_name="us-east-1"
        )
        session.client("s3", endpoint_url=simulated.url).create_bucket(Bucket="bucket")
    written = b"".join(each.read_bytes() for each in tmp_path.iterdir())
    for secret in (b"AKIAREALKEYOFMINE", b"very-secret", b"session-token-of-mine"):
        assert secret not in written
