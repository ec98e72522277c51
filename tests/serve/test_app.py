"""The ML backend's protocol: what Label Studio sends, what it gets, and what is never said."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor

import httpx
import msgspec
import pytest
from starlette.testclient import TestClient

from annotate.config import Config, CorroborationConfig
from annotate.documents import Document
from annotate.labeling import export
from annotate.labeling.configuration import labeling_config
from annotate.scorer import Scorer
from annotate.serve.app import make_app
from annotate.serve.predictions import Predictor

CONFIG = labeling_config()
TEXT = (
    "🚀 The minister said on Monday that the new bridge over the harbour would open in spring, after two years of "
    "repairs.\r\nWork on the cafe\u0301 beside it goes on, and the council expects the the bill in June.\n"
) * 2
TOKEN = "0123456789abcdef0123456789abcdef01234567"


def run(coroutine: Coroutine) -> None:
    """Run in a thread of its own: a browser of other tests may have an event loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, coroutine).result()


@pytest.fixture(scope="module")
def predictor():
    return Predictor()


@pytest.fixture(scope="module")
def client(predictor):
    with TestClient(make_app(predictor, max_tasks=3, max_bytes=100_000)) as made:
        yield made


@pytest.fixture
def log(caplog):
    caplog.set_level(logging.INFO)
    return caplog


def asked(*texts, config=CONFIG, **known):
    tasks = [{"id": n, "data": {"text": text, **known}, "project": 1} for n, text in enumerate(texts, 7)]
    return {"tasks": tasks, "label_config": config, "project": "1.2", "params": {"login": "l", "password": TOKEN}}


def test_the_protocol(client, predictor):
    up = {"status": "UP", "model_class": "Annotate"}
    assert client.get("/health").json() == client.get("/").json() == up
    assert client.get("/versions").json() == {"versions": [predictor.model_version]}
    setup = {"project": "13.1795300799", "schema": CONFIG, "hostname": "", "access_token": TOKEN, "extra_params": None}
    assert client.post("/setup", json=setup).json() == {"model_version": predictor.model_version}
    done = client.post("/webhook", json={"action": "ANNOTATION_CREATED", "annotation": {}, "project": {}})
    assert (done.status_code, done.json()) == (201, {"status": "ok"})


def test_a_prediction_has_the_bytes_of_the_exported_one(client, predictor, tmp_path):
    document = Document(TEXT, id="a1", title="A bridge", source="example.org")
    record = Scorer(Config(corroboration=CorroborationConfig(enabled=False)))(document)
    (tmp_path / "scores.jsonl").write_bytes(msgspec.json.encode(record))
    export(tmp_path / "scores.jsonl", [document], tmp_path / "import")
    (task,) = msgspec.json.decode((tmp_path / "import" / "tasks.json").read_bytes())
    (pushed,) = task["predictions"]
    assert len(pushed["result"]) > 1
    answer = client.post("/predict", json={"tasks": [{"id": 3, "data": task["data"]}], "label_config": CONFIG})
    assert answer.content == b'{"results":[' + msgspec.json.encode(pushed) + b"]}"
    assert msgspec.json.encode(pushed) in (tmp_path / "import" / "tasks.json").read_bytes()


def test_each_task_gets_one_result_in_its_place(client, predictor):
    german = "Der Minister sagte am Montag, dass die neue Brücke im Frühjahr nach zwei Jahren eröffnet werden soll."
    answer = client.post("/predict", json=asked(german, TEXT, " \n"))
    first, second, third = answer.json()["results"]
    empty = {"model_version": predictor.model_version, "score": None, "result": []}
    assert first == {**empty, "reason": "skipped: not-english"}
    assert third == {**empty, "reason": "skipped: empty"}
    assert client.post("/predict", json=asked(TEXT)).json()["results"][0]["score"] == second["score"]
    spans = [r["value"] for r in second["result"] if "start" in r["value"]]
    assert spans
    assert all(TEXT[s["start"] : s["end"]] == s["text"] for s in spans)


def test_no_tasks_no_results(client):
    assert client.post("/predict", json=asked()).json() == {"results": []}


def test_a_blind_task_gets_nothing(client):
    (result,) = client.post("/predict", json=asked(TEXT, split="blind")).json()["results"]
    assert result["result"] == []
    assert result["reason"] == "its labelers must not see what the scorer found"


def test_a_text_that_is_too_long_gets_a_reason(predictor):
    limits = msgspec.structs.replace(predictor._scorer.config.reading, max_characters=20)
    short = Predictor(msgspec.structs.replace(predictor._scorer.config, reading=limits))
    assert short.predict({"text": "x" * 21}, "text", "1")["reason"] == (
        "the text has 21 characters, more than reading.max_characters (20); raise that or split the text."
    )


def test_the_text_may_be_in_another_field(client):
    other = CONFIG.replace('value="$text"', 'value="$body"')
    tasks = [{"id": 1, "data": {"body": TEXT, "text": "no"}}]
    (one,) = client.post("/predict", json={"tasks": tasks, "label_config": other}).json()["results"]
    (two,) = client.post("/predict", json=asked(TEXT)).json()["results"]
    assert one["score"] == two["score"]
    assert len(one["result"]) == len(two["result"])


LEFT = '<Text name="text" value="$text"/>'


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ("<View>", "is not well-formed XML"),
        ("<View/>", "has no labels 'label' for each region of 'text'; give the project the config.xml that"),
        (CONFIG.replace('value="garbled"', 'value="broken"'), "lacks garbled in 'label'; give"),
        (
            re.sub(r'value="(machine-\w+|garbled)" back', 'value="" back', CONFIG),
            "lacks garbled, machine-generated, machine-paraphrased and 1 more in 'label'; give",
        ),
        (CONFIG.replace('name="severity"', 'name="gravity"'), "has no choices 'severity' for each region of 'text'"),
        (CONFIG.replace('value="$text"', 'value="fixed"'), "shows no field of the tasks as text"),
        (CONFIG.replace('min="0"', 'min="none"'), "has a wrong number"),
        ('<!DOCTYPE x [<!ENTITY a "aaaa">]>' + CONFIG, "declares a document type"),
    ],
)
def test_a_project_that_cannot_show_predictions_is_refused(client, config, sentence):
    for path, body in (("/setup", {"schema": config}), ("/predict", asked(TEXT, config=config))):
        answer = client.post(path, json=body)
        assert answer.status_code == 400
        assert sentence in answer.json()["detail"]


@pytest.mark.parametrize(
    ("path", "body", "status", "sentence"),
    [
        ("/predict", b"{", 400, "it is not valid JSON"),
        ("/predict", b"\xff", 400, "it is not valid JSON"),
        ("/predict", b"[" * 90_000, 400, "(Expected `object`, got `array`)"),
        ("/predict", b'{"tasks":[],"label_config":"","x":' + b"[" * 90_000, 400, "it is not valid JSON"),
        ("/predict", b"[]", 400, "(Expected `object`, got `array`)"),
        ("/predict", b"{}", 400, "missing required field `tasks`"),
        ("/predict", b'{"tasks":[{"id":1}],"label_config":""}', 400, "missing required field `data`"),
        ("/predict", b'{"tasks":[{"data":[]}],"label_config":""}', 400, "Expected `object`, got `array`"),
        ("/setup", b"{}", 400, "missing required field `schema`"),
        ("/webhook", b'{"action":7}', 400, "Expected `str`, got `int`"),
        ("/predict", b" " * 100_001, 413, "larger than the 100,000 bytes this server takes"),
        ("/predict", msgspec.json.encode(asked(*"abcd")), 413, "has 4 tasks, more than the 3 this server takes"),
        ("/train", b"{}", 404, "There is nothing here"),
        ("/health", b"{}", 405, "There is nothing here"),
    ],
)
def test_what_is_wrong_is_answered_with_a_sentence(client, path, body, status, sentence):
    answer = client.post(path, content=body)
    assert answer.status_code == status
    assert sentence in answer.json()["detail"]
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("data", [{}, {"text": None}, {"text": 7}, {"text": ["a"]}])
def test_a_task_without_text_refuses_the_request(client, data):
    answer = client.post("/predict", json={"tasks": [{"id": 1, "data": data}], "label_config": CONFIG})
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("A task has no text in the field 'text'")


def test_the_log_names_the_request_and_nothing_in_it(client, log):
    client.get("/health?secret=1")
    client.post(f"/setup?key={TOKEN}", json={"schema": CONFIG, "access_token": TOKEN})
    client.post("/predict", json=asked(TEXT, TEXT))
    client.post("/webhook", json={"action": "START_TRAINING", "project": {"token": TOKEN}})
    client.post("/webhook", json={"action": f"{TOKEN}\nGET"})
    client.get(f"/{TOKEN}%0aGET")
    client.post("/predict", content=b"{")
    said = [re.sub(r"\d+\.\d\d s", "0.00 s", r.getMessage()) for r in log.records if r.name == "annotate.serve"]
    assert said == [
        "GET /health 200, 0.00 s",
        "POST /setup 200, 0.00 s",
        "POST /predict 200, 0.00 s, 2 tasks",
        "POST /webhook 201, 0.00 s, START_TRAINING",
        "POST /webhook 201, 0.00 s, an action of another name",
        "GET another path 404, 0.00 s",
        "POST /predict 400, 0.00 s, The request is not one of Label Studio (it is not valid JSON); check the URL of "
        "the backend.",
    ]


class Broken:
    model_version = "m"

    def predict(self, data, field, task):
        raise KeyError(data["text"])


def test_a_fault_of_ours_is_answered_and_logged_without_the_text(log):
    with TestClient(make_app(Broken())) as client:
        answer = client.post("/predict", json=asked("A secret text."))
    assert answer.status_code == 500
    assert answer.json() == {"detail": "Scoring broke; the log of annotate serve says where. Please report it."}
    assert re.search(r"POST /predict 500, \d\.\d\d s, 1 task, KeyError at \S*test_app:\d+\n", log.text)
    assert "secret" not in answer.text + log.text


class Slow:
    """Notes which tasks it was asked about."""

    model_version = "m"

    def __init__(self):
        self.asked = []

    def predict(self, data, field, task):
        time.sleep(0.02)
        self.asked.append(task)
        return {"result": []}


def test_a_single_task_does_not_wait_for_the_batch_of_another_request():
    slow = Slow()
    batch = {"tasks": [{"id": f"batch {n}", "data": {}} for n in range(5)], "label_config": CONFIG}
    single = {"tasks": [{"id": "single", "data": {}}], "label_config": CONFIG}

    async def both():
        transport = httpx.ASGITransport(make_app(slow))
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            await asyncio.gather(client.post("/predict", json=batch), client.post("/predict", json=single))

    run(both())
    assert slow.asked.index("single") <= 2
    assert len(slow.asked) == 6


def test_nobody_scores_for_a_client_that_has_gone(log):
    slow = Slow()
    body = msgspec.json.encode({"tasks": [{"data": {}}] * 5, "label_config": CONFIG})
    messages = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive():
        return next(messages, {"type": "http.disconnect"})

    async def send(message):
        raise AssertionError(message)

    scope = {"type": "http", "method": "POST", "path": "/predict", "headers": [], "query_string": b""}
    run(make_app(slow)(scope, receive, send))
    assert slow.asked == []
    assert re.search(r"POST /predict 0, \d\.\d\d s, 5 tasks, gone before the answer", log.text)


@pytest.mark.parametrize(
    ("given", "status"),
    [(None, 401), (("ana", "wrong"), 401), (("bob", "pass:word"), 401), (("ana", "pass:word"), 200)],
)
def test_a_name_and_a_password_can_be_asked_for(predictor, log, given, status):
    with TestClient(make_app(predictor, credentials=("ana", "pass:word"))) as client:
        for path in ("/health", "/versions"):
            answer = client.get(path, auth=given)
            assert answer.status_code == status
        assert (status == 401) == ("www-authenticate" in answer.headers)
        assert client.post("/webhook", json={"action": "TASKS_CREATED"}, auth=given).status_code == 201
    assert "pass:word" not in log.text
