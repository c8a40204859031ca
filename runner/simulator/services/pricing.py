"""The price list: GetProducts of the service code AmazonBedrock, as JSON texts inside the reply."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from runner.simulator.fixture import fixture
from runner.simulator.refused import Refused
from runner.simulator.rules import rule
from runner.simulator.world import Request, World

SERVICE = "pricing"
KIND = "price"
"""Documents `{"usagetype": …, "usd": …}` of this kind change a row, or add one."""
_SERVED_FROM = ("us-east-1", "eu-central-1", "ap-south-1")
_MOST = 100

FROM_THREE_REGIONS = rule(
    "The price list is served from us-east-1, eu-central-1 and ap-south-1 only",
    provenance="documented",
    source="AWS Price List Query API: endpoints",
)
JSON_IN_JSON = rule(
    "Each product is a JSON text: attributes (usagetype, regionCode, …) and terms with a price for a unit",
    provenance="recorded",
    source="answers of the Price List API quoted in public repositories, 2026",
)
FILTERS = rule(
    "Filters of type TERM_MATCH or EQUALS compare a field's whole value; all must hold",
    provenance="documented",
    source="AWS Price List Query API: GetProducts",
)


def get_products(world: World, request: Request) -> dict[str, Any]:
    """The rows that all filters match, in pages."""
    if request.region not in _SERVED_FROM:
        message = f"The price list is not served from {request.region}"
        raise Refused("InvalidParameterException", message, rule=FROM_THREE_REGIONS)
    if request.params["ServiceCode"] != "AmazonBedrock":
        raise Refused("NotFoundException", "The specified service does not exist")
    products = [product for product in map(_product, _rows(world)) if _matches(product, request)]
    start = _start(request.params.get("NextToken"))
    end = start + request.params.get("MaxResults", _MOST)
    more = {"NextToken": base64.b64encode(str(end).encode()).decode()} if end < len(products) else {}
    texts = [json.dumps(product) for product in products[start:end]]
    return {"FormatVersion": "aws_v1", "PriceList": texts, **more}


def usd_of(world: World, usage_type: str) -> str | None:
    """The price of a usage type, for other topics; None if the list has no such row."""
    return next((row["usd"] for row in _rows(world) if row["usagetype"] == usage_type), None)


def _rows(world: World) -> list[dict[str, Any]]:
    rows = {row["usagetype"]: row for row in fixture("price_list")["rows"]}
    for change in world.find(KIND):
        rows[change["usagetype"]] = {**rows.get(change["usagetype"], {}), **change}
    return list(rows.values())


def _product(row: dict[str, Any]) -> dict[str, Any]:
    sku = hashlib.sha256(row["usagetype"].encode()).hexdigest()[:16].upper()
    rate = f"{sku}.JRTCKXETXF"
    dimension = {
        "unit": row["unit"],
        "endRange": "Inf",
        "description": f"${row['usd']} per {row['unit']} for {row['usagetype']}",
        "appliesTo": [],
        "rateCode": f"{rate}.6YS6EN2CT7",
        "beginRange": "0",
        "pricePerUnit": {"USD": row["usd"]},
    }
    return {
        "product": {
            "productFamily": "Amazon Bedrock",
            "attributes": {
                "servicecode": "AmazonBedrock",
                "servicename": "Amazon Bedrock",
                "usagetype": row["usagetype"],
                "regionCode": row["region"],
                "locationType": "AWS Region",
                "model": row.get("model", ""),
                "feature": row.get("feature", ""),
                "operation": "",
            },
            "sku": sku,
        },
        "serviceCode": "AmazonBedrock",
        "terms": {
            "OnDemand": {
                rate: {
                    "priceDimensions": {dimension["rateCode"]: dimension},
                    "sku": sku,
                    "effectiveDate": fixture("price_list")["published"],
                    "offerTermCode": "JRTCKXETXF",
                    "termAttributes": {},
                }
            }
        },
        "publicationDate": fixture("price_list")["published"],
    }


def _matches(product: dict[str, Any], request: Request) -> bool:
    attributes = product["product"]["attributes"]
    for each in request.params.get("Filters", ()):
        if each["Type"] not in {"TERM_MATCH", "EQUALS"}:
            raise Refused(
                "InvalidParameterException", f"Filter type {each['Type']} is not simulated", rule=FILTERS
            )
        if attributes.get(each["Field"]) != each["Value"]:
            return False
    return True


def _start(token: str | None) -> int:
    try:
        return int(base64.b64decode(token)) if token else 0
    except ValueError:
        raise Refused("InvalidNextTokenException", "The token is not valid") from None
