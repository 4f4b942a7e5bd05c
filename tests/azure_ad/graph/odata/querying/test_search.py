"""`$search` as its page describes it: parted into words, in any order, found from an index."""

from __future__ import annotations

import pytest

from harness.azure_ad.directory.words import words, words_and_compounds
from tests.azure_ad.caller import EVENTUAL, Caller, person


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("hello world", ["hello", "world"]),
        ("HelloWorld", ["hello", "world"]),
        ("helloWORLD", ["hello", "world"]),
        ("HELLOworld", ["helloworld"]),
        ("HelloWORld", ["hello", "world"]),
        ("hello123world", ["hello", "123", "world"]),
        ("李四(David Li)", ["李四", "(", "david", "li", ")"]),
    ],
)
def test_texts_are_parted_as_the_page_shows(text, parts):
    assert words(text) == parts


def test_words_with_symbols_between_them_are_one_word_too():
    assert words_and_compounds("hello.world") == ["hello", ".", "world", "helloworld"]
    assert words_and_compounds("hello world") == ["hello", "world"]


@pytest.fixture
def graph(company):
    graph = Caller(company)
    for number, name in enumerate(
        ("李四(David Li)", "OneVideo", "Video One", "hello-world", "Guthrie Smith")
    ):
        body = person({"displayName": name, "userPrincipalName": f"person{number}@contoso.com"})
        graph.do("POST", "/users", body, 201)
    return graph


def people_of(graph, query):
    return [
        user["displayName"]
        for user in graph.get(f"/users?$search={query}&$select=displayName", headers=EVENTUAL)["value"]
    ]


@pytest.mark.parametrize("text", ["李四(David Li)", "李四", "David", "Li", "David)", "(李四", "Li 李"])
def test_words_are_matched_in_any_order(graph, text):
    assert people_of(graph, f'"displayName:{text}"') == ["李四(David Li)"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ('"displayName:OneVideo"', ["OneVideo", "Video One"]),
        ('"displayName:OneVideo" OR "userPrincipalName:PERSON4"', ["OneVideo", "Video One", "Guthrie Smith"]),
        ('"displayName:helloworld"', ["hello-world"]),
        ('"displayName:Guthr"', ["Guthrie Smith"]),
        ('"displayName:uthr"', []),
        ('"userPrincipalName:person1"', ["OneVideo"]),
        ('"displayName:Video" AND ("displayName:Guthr" OR "userPrincipalName:person2")', ["Video One"]),
        ('NOT "displayName:Video" AND "displayName:smith"', ["Guthrie Smith"]),
    ],
)
def test_the_pages_examples(graph, query, names):
    assert people_of(graph, query) == names


def test_what_changes_is_people_of_its_new_words(graph):
    assert people_of(graph, '"displayName:Guthr"') == ["Guthrie Smith"]
    graph.do("PATCH", "/users/person4@contoso.com", {"displayName": "Ana Guthrie-Smith"})
    assert people_of(graph, '"displayName:guthriesm"') == ["Ana Guthrie-Smith"]
    graph.do("DELETE", "/users/person4@contoso.com")
    assert people_of(graph, '"displayName:Guthr"') == []


@pytest.mark.parametrize(
    "query",
    [
        '$search="displayName:Video"',
        '$search="mail:x" OR "displayName:Video"',
        '$search="displayName:Video"&$filter=accountEnabled eq true',
        '$search="displayName:Video"&$count=true',
        "$filter=startswith(id,'0')",
    ],
)
def test_nobody_else_is_read(graph, monkeypatch, query):
    """From an index: a scan of all people would fail here."""
    graph.get(f"/users?{query}", headers=EVENTUAL)

    def scan(*_, **__):
        raise AssertionError("all people were read")

    monkeypatch.setattr(graph.company.directory, "scan", scan)
    graph.get(f"/users?{query}", headers=EVENTUAL)
