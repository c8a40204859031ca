"""The rules of schemas/advice.json: every branch, and nothing without a source."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import product

import pytest

from runner.advising.advice import Option, advise, to_write, together, volume
from runner.advising.answers import Answers, cited, knowledge, questions, require_answers
from runner.advising.ways import weighed
from runner.errors import RunnerError
from runner.model import load_model


def answers(**given: str) -> Answers:
    """Answers with the defaults for the rest."""
    return Answers(require_answers({"goal": "style", "labels": "pairs", **given}))


def best(given: Answers) -> str:
    """The first way that fits."""
    return next(option.way.id for option in advise(given).options if option.fits)


@pytest.mark.parametrize(
    ("given", "way"),
    [
        ({"goal": "style", "labels": "pairs"}, "fine_tuning"),
        ({"goal": "knowledge", "labels": "none"}, "retrieval"),
        ({"goal": "knowledge", "labels": "none", "freshness": "days"}, "retrieval"),
        ({"goal": "knowledge", "labels": "pairs", "freshness": "days"}, "retrieval"),
        ({"goal": "style", "labels": "prompts"}, "distillation"),
        ({"goal": "style", "labels": "prompts", "serving": "fast"}, "distillation"),
        ({"goal": "knowledge", "labels": "prompts"}, "retrieval"),
        ({"goal": "knowledge", "labels": "none", "serving": "edge"}, "continued_pre_training"),
        ({"goal": "style", "labels": "pairs", "tuning": "automatic"}, "fine_tuning"),
    ],
)
def test_the_way_for_a_goal(given: Mapping[str, str], way: str) -> None:
    """One case for each way that can come first."""
    assert best(answers(**given)) == way


def test_autopilot_fits_who_wants_no_settings() -> None:
    """With labels and without a wish for settings of one's own; never without labels."""
    found = {way.id: way for way in weighed(answers(tuning="automatic"))}
    assert found["autopilot"].fits
    assert not {way.id: way for way in weighed(answers())}["autopilot"].fits
    assert not {way.id: way for way in weighed(answers(tuning="automatic", labels="none"))}[
        "autopilot"
    ].possible


@pytest.mark.parametrize(
    ("labels", "impossible"),
    [
        ("pairs", {"reinforcement_fine_tuning"}),
        ("prompts", {"fine_tuning", "reinforcement_fine_tuning", "autopilot"}),
        ("none", {"fine_tuning", "distillation", "reinforcement_fine_tuning", "autopilot"}),
    ],
)
def test_data_that_is_missing_rules_ways_out(labels: str, impossible: set[str]) -> None:
    """No points outweigh data that is not there."""
    assert {way.id for way in weighed(answers(labels=labels)) if not way.possible} == impossible


@pytest.mark.parametrize(("tokens", "more"), [(1_000_000, False), (50_000_000, True)])
def test_the_volume_of_text_counts(tokens: int, more: bool) -> None:
    """Below and above what the seeds recommend for continued pre-training; unknown counts for neither."""
    chosen = answers(goal="knowledge", labels="none").chosen
    plain, given = (
        next(way for way in weighed(one) if way.id == "continued_pre_training")
        for one in (Answers(chosen), Answers(chosen, tokens=tokens))
    )
    assert (given.points > plain.points) is more
    assert any("10,000,000" in reason.text and "confidence D" in reason.source for reason in given.reasons)


def test_every_branch_gives_reasons_with_sources() -> None:
    """All combinations of answers: no way without a reason, no reason without a source, order by points."""
    every = [list(question.choices) for question in questions()]
    names = [question.name for question in questions()]
    seen = set()
    for combination in product(*every):
        ways = weighed(Answers(dict(zip(names, combination, strict=True))))
        possible = [way.points for way in ways if way.possible]
        assert possible == sorted(possible, reverse=True)
        for way in ways:
            assert way.reasons
            assert all("confidence" in reason.source for reason in way.reasons)
            seen.update((way.id, reason.text) for reason in way.reasons)
    rules = knowledge()["rules"]
    untold = [rule for rule in rules if (rule["way"], rule["text"]) not in seen]
    assert all(any(key.startswith("tokens") for key in rule["when"]) for rule in untold)


def test_every_source_is_used_and_every_rule_is_well_formed() -> None:
    """Rules name known ways, choices and sources."""
    data = knowledge()
    choices = {question.name: set(question.choices) for question in questions()}
    for rule in data["rules"]:
        assert rule["way"] in data["ways"]
        assert cited(rule["source"])
        for name, wanted in rule["when"].items():
            assert name.startswith("tokens_") or set(wanted) <= choices[name]
    used = {rule["source"] for rule in data["rules"]}
    used |= {way["instead_source"] for way in data["ways"].values() if "instead_source" in way}
    assert used == set(data["sources"])


def options(given: Answers) -> dict[str, Option]:
    """The options by way."""
    return {option.way.id: option for option in advise(given).options}


def test_continued_pre_training_has_no_model_on_bedrock() -> None:
    """It says so, with the source, and offers local training and import."""
    option = options(answers(goal="knowledge", labels="none"))["continued_pre_training"]
    assert not option.on_bedrock
    assert "No model on Bedrock takes it today" in option.way.note
    assert "Custom Model Import" in option.way.note
    assert "2026-10-09" in option.way.note_source
    assert [candidate.model.platform for candidate in option.candidates] == ["local"]


def test_only_models_that_take_jobs_today() -> None:
    """No ended model, no student without a living teacher, no model that learns nothing."""
    for option in options(answers(checkable="yes")).values():
        for candidate in option.candidates:
            assert candidate.model.jobs_allowed is not False
            assert option.way.id in candidate.model.methods
            assert "random" not in candidate.model.id
    students = options(answers())["distillation"].candidates
    assert all(
        load_model(teacher)
        for one in students
        for teacher in one.model.methods["distillation"].teachers or ()
    )


def test_for_own_machines_only_local_models() -> None:
    """What Bedrock trains stays with AWS."""
    found = options(answers(serving="edge"))["fine_tuning"].candidates
    assert found
    assert all(candidate.local for candidate in found)


def test_a_way_that_nobody_can_go_today_is_not_advised() -> None:
    """Grading and prompts would do, but no model is trained so on one's own machine."""
    given = {"goal": "style", "labels": "prompts", "checkable": "yes"}
    assert options(answers(**given))["reinforcement_fine_tuning"].fits
    assert not [name for name, option in options(answers(**given, serving="edge")).items() if option.fits]


def test_cost_budget_and_language() -> None:
    """Costs of the tokens given, over the budget or not, by the bounds of the language."""
    chosen = answers().chosen
    japanese, english = (
        next(
            c
            for c in options(Answers(chosen, tokens=100_000_000, budget_usd=Decimal(50), language=language))[
                "fine_tuning"
            ].candidates
            if c.model.id == "amazon.nova-2-lite-v1:0"
        )
        for language in ("ja", "en")
    )
    assert japanese.over_budget
    assert any("over the budget of 50.00" in note for note in japanese.notes)
    assert japanese.cost
    assert english.cost
    likely = (japanese.cost.sum("likely"), english.cost.sum("likely"))
    assert likely[0] is not None
    assert likely[1] is not None
    assert likely[0] < likely[1]  # newer tokenizers need fewer tokens for Japanese than cl100k_base
    cheap = options(Answers(chosen, tokens=1000, budget_usd=Decimal(50)))["fine_tuning"].candidates[0]
    assert not cheap.over_budget


def test_records_outside_a_limit_are_told() -> None:
    """And the model comes after those that take them."""
    found = options(Answers(answers().chosen, records=50))["fine_tuning"].candidates
    nova_2 = next(candidate for candidate in found if candidate.model.id == "amazon.nova-2-lite-v1:0")
    assert "needs 200 records at least" in nova_2.notes
    assert found[0].model.id == "amazon.nova-micro-v1:0"


@pytest.mark.parametrize(("records", "words"), [(20, "few"), (300, "lie in"), (40_000, "many"), (None, "")])
def test_advised_volume(records: int | None, words: str) -> None:
    """The seeds' 50 to 10,000 records, start at 100: advice, not a limit."""
    assert words in volume(Answers(answers().chosen, records=records))


def test_both_goals_want_both_ways() -> None:
    """Retrieval for the facts, training for the manner."""
    assert "retrieval for the facts, fine-tuning" in together(advise(answers(goal="both", freshness="days")))
    assert together(advise(answers())) == ""


def test_what_is_written() -> None:
    """The best trained way; the named one; a refusal with the reason."""
    advice = advise(answers(goal="knowledge", labels="none"))
    assert to_write(advice, None).way.id == "continued_pre_training"
    with pytest.raises(RunnerError, match="needs prompts with answers"):
        to_write(advice, "fine_tuning")
    with pytest.raises(RunnerError, match="the best way is Retrieval") as caught:
        to_write(advise(answers(goal="knowledge", labels="none", freshness="days")), None)
    assert "--way continued_pre_training" in caught.value.fix


def test_open_questions_name_their_flags() -> None:
    """All at once."""
    with pytest.raises(RunnerError, match="--goal and --labels") as caught:
        require_answers({})
    assert "--labels pairs|prompts|none" in caught.value.fix
