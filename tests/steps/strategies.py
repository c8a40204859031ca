"""Records as hypothesis makes them: Japanese, emoji, wide and narrow letters, markup, controls, nothing."""

from __future__ import annotations

from hypothesis import strategies as st

from runner.record import Record

FRAGMENTS = (
    "お問い合わせありがとうございます。",
    "東京",
    "ＡＢＣ１２３！？（　）",
    "ｶﾞｷﾞｸﾞ",
    "か\u3099",
    "e\u0301",
    "👩\u200d👩\u200d👧\ufe0f",
    "\u200b",
    "\ufeff",
    "\u00ad",
    "\x00\x07",
    "\r\n",
    "\t ",
    "\n\n\n\n",
    "\u3000",
    "<p>段落</p>",
    "<br>",
    "<!-- c -->",
    "<!--",
    "<script>x()</script>",
    "<context>文脈</context>",
    "a < b > c",
    "&amp;&lt;",
    "[3]",
    "「はい。」と",
    "Hello, world. ",
    "3.14",
    "\ufffd",
    "\ud800",
    "",
)

texts = st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=8)), max_size=10).map("".join)

any_character = st.characters(codec=None, exclude_categories=())
"""Every code point, lone surrogates included."""

fields = st.one_of(
    st.fixed_dictionaries({"prompt": texts, "completion": texts}, optional={"system": texts}),
    st.fixed_dictionaries({"text": texts}),
)


@st.composite
def record_lists(draw: st.DrawFn) -> list[Record]:
    """Some records of one source, with the ids that a source gives them."""
    rows = draw(st.lists(st.tuples(fields, texts), max_size=8))
    return [
        Record(f"faq/{place}", texts, {"category": category}, f"faq/{place}")
        for place, (texts, category) in enumerate(rows)
    ]


def record(**fields: str) -> Record:
    """One record with these fields."""
    return Record("faq/0", fields, {}, "faq/0")


def many(*texts: str, field: str = "text") -> list[Record]:
    """Records of one field each."""
    return [Record(f"faq/{place}", {field: text}, {}, f"faq/{place}") for place, text in enumerate(texts)]
