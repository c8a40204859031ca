"""AWS's refusals in words that a user can act on. Nothing here reads, keeps or prints a credential."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from runner.errors import RunnerError

SIGN_IN = (
    "sign in (`aws sso login`, `aws configure`) or set AWS_PROFILE; check: `aws sts get-caller-identity`"
)
_REFUSED = {
    "AccessDenied": ("access is denied", "give this identity s3:GetObject and s3:ListBucket for it"),
    "NoSuchBucket": ("there is no such bucket", "check the bucket's name; `aws s3 ls` lists yours"),
    "NoSuchKey": ("there is no such object", "check the key; `aws s3 ls` lists a folder"),
    "PermanentRedirect": ("the bucket is in another region", "set AWS_DEFAULT_REGION to the bucket's region"),
    "ExpiredToken": ("the credentials have expired", SIGN_IN),
    "InvalidAccessKeyId": ("AWS does not know the access key", SIGN_IN),
    "SignatureDoesNotMatch": ("the secret key does not fit the access key", SIGN_IN),
    "PreconditionFailed": ("the object changed while it was being read", "run the command again"),
    "InvalidObjectState": ("the object is archived", "restore it from Glacier, or name another object"),
    "SlowDown": ("AWS asks to slow down", "try again later"),
}
_ALIASES = {
    "403": "AccessDenied",
    "AllAccessDisabled": "AccessDenied",
    "404": "NoSuchKey",
    "301": "PermanentRedirect",
    "AuthorizationHeaderMalformed": "PermanentRedirect",
    "IllegalLocationConstraintException": "PermanentRedirect",
    "412": "PreconditionFailed",
    "ExpiredTokenException": "ExpiredToken",
    "RequestExpired": "ExpiredToken",
    "UnrecognizedClientException": "InvalidAccessKeyId",
    "503": "SlowDown",
}
_NOT_AUTHORIZED = re.compile(r"not authorized to perform: ([\w-]+:\w+)")
"""Most services name the permission that is missing; S3 often does not."""


@contextmanager
def explained(what: str) -> Iterator[None]:
    """Turn what boto3 raises in the block into `RunnerError`s that begin with `what`."""
    from botocore import exceptions as aws

    try:
        yield
    except (aws.NoCredentialsError, aws.PartialCredentialsError, aws.CredentialRetrievalError):
        raise RunnerError(f"{what}: no AWS credentials were found", fix=SIGN_IN) from None
    except aws.ClientError as error:
        raise _refusal(what, error) from None
    except (aws.EndpointConnectionError, aws.ConnectTimeoutError, aws.ReadTimeoutError) as error:
        raise RunnerError(
            f"{what}: the endpoint cannot be reached ({_endpoint(error)})",
            fix="check the network, AWS_DEFAULT_REGION and AWS_ENDPOINT_URL",
        ) from None
    except aws.BotoCoreError as error:
        raise RunnerError(
            f"{what}: {error}", fix="check the AWS settings: region, profile, endpoint"
        ) from None
    except Exception as error:
        if not is_unreadable(error):
            raise
        message = f"{what}: the reply was cut off, or is none of AWS"
        raise RunnerError(message, fix="run it again; check AWS_ENDPOINT_URL") from None


def is_unreadable(error: Exception) -> bool:
    """Whether the reply was none that botocore can read, such as the page of a proxy.

    Its parser raises an error of its own for some such replies only; others end in a `KeyError` or the like.
    """
    from botocore import parsers

    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    inside = last is not None and last.tb_frame.f_globals.get("__name__") == parsers.__name__
    return inside or isinstance(error, parsers.ResponseParserError)


def error_code(error: Exception) -> str:
    """AWS's code of a refused call, one spelling for one meaning; empty for other errors."""
    response = getattr(error, "response", None) or {}
    code = str(response.get("Error", {}).get("Code", ""))
    return _ALIASES.get(code, code)


def _refusal(what: str, error: Any) -> RunnerError:
    code = error_code(error)
    message = str(error.response.get("Error", {}).get("Message") or code)
    if missing := _NOT_AUTHORIZED.search(message):
        return RunnerError(f"{what}: AWS refused: {message} ({code})", fix=f"allow {missing[1]}")
    if code in _REFUSED:
        words, fix = _REFUSED[code]
        return RunnerError(f"{what}: {words} ({code})", fix=fix)
    return RunnerError(f"{what}: AWS refused: {message} ({code})")


def _endpoint(error: Any) -> str:
    return str(error.kwargs.get("endpoint_url", "")).partition("?")[0]
