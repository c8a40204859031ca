"""A small data set in the shape of databricks-dolly-15k-ja, written for these tests."""

from __future__ import annotations

import itertools

_GOODS = [
    "傘",
    "水筒",
    "手帳",
    "目覚まし時計",
    "電気ポット",
    "折りたたみ椅子",
    "毛布",
    "懐中電灯",
    "弁当箱",
    "鉛筆削り",
]
_PLACES = ["札幌", "仙台", "金沢", "松本", "高松", "長崎"]

_KINDS = [
    (
        "open_qa",
        "{place}で{goods}を買うなら、どの季節がよいですか。",
        "",
        "{goods}は一年中ありますが、{place}では春に品数が増えます。",
    ),
    (
        "closed_qa",
        "{goods}の保証期間は何年ですか。",
        "{place}店の{goods}には購入日から二年の保証が付きます。",
        "二年です。",
    ),
    (
        "classification",
        "次の品は台所用品ですか、文房具ですか。",
        "{place}で売られている{goods}",
        "{goods}の使い方によりますが、売り場の札に従います。",
    ),
    (
        "brainstorming",
        "{place}の店で{goods}を目立たせる案を三つ挙げてください。",
        "",
        "入口に並べる。{goods}の色をそろえる。{place}の写真を添える。",
    ),
    (
        "summarization",
        "次の文を一文にまとめてください。",
        "{place}店は月曜に{goods}を入荷します。火曜には売り切れます。",
        "{place}店の{goods}は入荷の翌日に売り切れます。",
    ),
]


def records() -> list[dict[str, str]]:
    """300 records with dolly's field names, in dolly's key order; `index` is a string there too."""
    combined = itertools.product(_GOODS, _PLACES, _KINDS)
    return [
        {
            "instruction": instruction.format(goods=goods, place=place),
            "input": context.format(goods=goods, place=place),
            "output": output.format(goods=goods, place=place),
            "category": category,
            "index": str(number),
        }
        for number, (goods, place, (category, instruction, context, output)) in enumerate(combined)
    ]
