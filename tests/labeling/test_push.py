"""Pushing to a server that goes wrong: whatever happens, no task is there twice, none is missing, no secret is said."""

from __future__ import annotations

import traceback
from collections import Counter

import msgspec
import pytest
from fake_server import COOKIE, FAULTS, TOKEN, FakeServer, jwt

from annotate.cli import main
from annotate.errors import AnnotateError
from annotate.labeling import client, export
from annotate.labeling.client import Server, ServerError, find_token, find_url
from annotate.labeling.push import Pushed, push
from annotate.labeling.snapshot import fetch

NUMBER = 7
IMPORT = r"POST /api/projects/\d+/import"
CREATE = r"POST /api/projects"
LIST = r"GET /api/tasks"


@pytest.fixture
def fake(monkeypatch):
    monkeypatch.setattr(client, "PAGE_TASKS", 3)
    server = FakeServer()
    yield server
    server.close()


@pytest.fixture
def make_export(tmp_path, make):
    def make_it(name="out", *, texts=None, blind=False, **known):
        texts = texts or {f"d{n}": f"Document {n} has teh word." for n in range(NUMBER)}
        records = [
            msgspec.structs.replace(make.record(i, t, [make.flag(t, "teh", "spelling")]), **known)
            for i, t in texts.items()
        ]
        scores = make.scores(tmp_path / f"{name}.jsonl", *records)
        export(scores, [make.document(i, t) for i, t in texts.items()], tmp_path / name, blind=blind)
        return tmp_path / name

    return make_it


@pytest.fixture
def folder(make_export):
    return make_export()


def connect(fake: FakeServer, token: str = TOKEN, **known) -> Server:
    slow = any(fault == "slow" for fault, _ in fake.faults)
    return Server(fake.url, token, **{"timeout": 1.0 if slow else 30.0, "tries": 4, "pause": 0.1 * slow} | known)


def try_to_push(fake: FakeServer, folder, said: list[str], **options) -> Pushed | None:
    """One run of the command: what it did, or None where it could not begin. Everything said goes to ``said``."""
    try:
        with connect(fake) as server:
            (done,) = push(server, folder, "A project", report=said.append, **options)
    except AnnotateError:
        said.append(traceback.format_exc())
        return None
    said += [*done.faults, str(done.problem)]
    return done


def check_nothing_secret(said: list[str]) -> None:
    for line in said:
        assert TOKEN not in line
        assert COOKIE not in line
        assert "cookie" not in line.lower()
        assert "<html" not in line


@pytest.mark.parametrize(
    ("where", "times"), [(IMPORT, 1), (IMPORT, 9), (CREATE, 1), (LIST, 1), (r"PATCH /api/projects/\d+", 1)]
)
@pytest.mark.parametrize("fault", FAULTS)
def test_after_any_fault_and_a_repeat_every_document_is_there_once(fake, folder, fault, where, times):
    said: list[str] = []
    fake.break_next(fault, where, times)
    first = try_to_push(fake, folder, said)
    fake.faults.clear()
    fake.settle()
    again = try_to_push(fake, folder, said)
    assert again is not None
    assert again.problem is None
    assert Counter(n for n, _ in fake.documents(1)) == Counter(f"d{n}" for n in range(NUMBER))
    assert len(fake.projects) == 1
    assert [len(fake.of_task(task)) for task in fake.tasks] == [1] * NUMBER
    assert fake.projects[1]["model_version"].startswith("annotate|")
    if first is not None and first.problem is None:
        assert (again.new, again.unchanged) == (0, NUMBER)
    check_nothing_secret(said)


@pytest.mark.parametrize("fault", ["drop-after", "drop-before", "500", "502-html", "truncated", "short", "slow"])
def test_one_fault_while_sending_is_made_good_in_the_same_run(fake, folder, fault):
    fake.break_next(fault, IMPORT)
    done = try_to_push(fake, folder, [])
    assert done.problem is None
    assert done.faults
    assert len(fake.documents(1)) == NUMBER
    resent = fault in ("drop-before", "500", "502-html")
    assert sum("import" in request for request in fake.requests) == 1 + resent


def split(folder, size: int) -> None:
    """Make files of an export as small as if its tasks were large."""
    tasks = msgspec.json.decode((folder / "tasks.json").read_bytes())
    (folder / "tasks.json").unlink()
    for number, at in enumerate(range(0, len(tasks), size), 1):
        (folder / f"tasks-{number:04}.json").write_bytes(msgspec.json.encode(tasks[at : at + size]))


@pytest.mark.parametrize(("fault", "sent"), [("drop-after", NUMBER), ("drop-before", NUMBER), ("401", 3)])
def test_a_fault_in_the_middle_leaves_what_was_sent_before(fake, folder, fault, sent):
    split(folder, 3)
    fake.break_next("none", IMPORT)
    fake.break_next(fault, IMPORT)
    done = try_to_push(fake, folder, [])
    assert (done.new, len(fake.documents(1))) == (sent, sent)
    assert (done.problem is None) == (sent == NUMBER)
    again = try_to_push(fake, folder, [])
    assert (again.new, again.unchanged, again.problem) == (NUMBER - sent, sent, None)


def test_a_server_that_is_still_silent_is_never_sent_the_same_again(fake, folder):
    fake.slow = 4.0
    fake.break_next("slow", IMPORT)
    done = try_to_push(fake, folder, [])
    assert "did not answer within 1 s; it may still be at work" in done.problem
    assert done.new == 0
    assert sum("import" in request for request in fake.requests) == 1
    fake.settle()
    assert try_to_push(fake, folder, []).unchanged == NUMBER


def test_new_unchanged_and_changed_are_counted(fake, make_export):
    try_to_push(fake, make_export("a", texts={"x": "One teh text.", "y": "Two teh texts."}), [])
    done = try_to_push(fake, make_export("b", texts={"x": "One teh text!", "y": "Two teh texts.", "z": "teh"}), [])
    assert (done.new, done.changed, done.unchanged, done.others, done.problem) == (2, 1, 1, 1, None)
    assert sorted(n for n, _ in fake.documents(1)) == ["x", "x", "y", "z"]


def test_what_others_imported_by_hand_is_left_alone(fake, folder):
    try_to_push(fake, folder, [])
    fake.tasks[99] = {"id": 99, "project": 1, "data": {"text": "not ours"}, "annotations": [], "overlap": 1}
    assert try_to_push(fake, folder, []).problem is None


def test_documents_that_were_there_twice_are_reported(fake, folder):
    try_to_push(fake, folder, [])
    fake.tasks[99] = fake.tasks[1] | {"id": 99}
    assert "more than once" in try_to_push(fake, folder, []).problem
    assert len(fake.tasks) == NUMBER + 1


def test_another_scoring_is_refused_unless_it_is_to_replace_the_first(fake, make_export):
    text = {"x": "One teh text.", "y": "Two teh texts."}
    try_to_push(fake, make_export("a", texts=text), [])
    other = make_export("b", texts=text, signature="annotate|sig:another")
    said: list[str] = []
    assert try_to_push(fake, other, said) is None
    assert "2 documents whose pre-marks or data are not this export's" in said[0]
    assert {p["model_version"] for p in fake.predictions.values()} == {fake.projects[1]["model_version"]}

    fake.break_next("drop-after", r"PATCH /api/predictions/\d+")
    fake.break_next("500", r"PATCH /api/tasks/\d+")
    done = try_to_push(fake, other, [], replace=True)
    assert (done.new, done.replaced, done.problem) == (0, 2, None)
    assert [p["model_version"] for p in fake.predictions.values()] == ["annotate|sig:another"] * 2
    assert fake.projects[1]["model_version"] == "annotate|sig:another"
    assert try_to_push(fake, other, []).unchanged == 2


def test_new_documents_of_another_scoring_are_not_mixed_in(fake, make_export):
    try_to_push(fake, make_export("a", texts={"x": "One teh text."}), [])
    other = make_export("b", texts={"y": "Two teh texts."}, signature="annotate|sig:another")
    assert try_to_push(fake, other, []) is None
    assert len(fake.tasks) == 1
    fake.tasks[1]["annotations"] = [{"id": 1}]  # finished: nobody will miss its pre-marks
    assert try_to_push(fake, other, []).new == 1


def test_a_dry_run_sends_nothing(fake, folder):
    done = try_to_push(fake, folder, [], dry_run=True)
    assert (done.new, done.project) == (NUMBER, None)
    assert not any(request.startswith(("POST /api/projects", "PATCH")) for request in fake.requests)


def test_the_project_is_set_up(fake, folder):
    done = try_to_push(fake, folder, [], overlap=3, sampling="sequential")
    project = fake.projects[done.project]
    assert project["title"] == "A project"
    assert project["label_config"] == (folder / "config.xml").read_text().strip()
    assert "<h1>" in project["expert_instruction"]
    assert "<body" not in project["expert_instruction"]
    assert (project["maximum_annotations"], project["sampling"]) == (3, "Sequential sampling")
    again = try_to_push(fake, folder, [], sampling="sequential")
    assert (again.settings, again.overlaps) == (["maximum_annotations"], NUMBER)
    assert fake.projects[done.project]["maximum_annotations"] == 1
    assert {task["overlap"] for task in fake.tasks.values()} == {1}


def test_the_blind_arm_gets_a_project_of_its_own(fake, make_export):
    folder = make_export()
    make_export("blind", blind=True).rename(folder / "blind")
    with connect(fake) as server:
        main_arm, blind = push(server, folder, "A project")
        assert (main_arm.title, blind.title) == ("A project", "A project (blind)")
        assert (main_arm.problem, blind.problem) == (None, None)
        # By its number, too.
        assert [p.unchanged for p in push(server, folder, "1")] == [NUMBER, NUMBER]
    assert [len(fake.of_task(t["id"])) for t in fake.tasks.values() if t["project"] == blind.project] == [0] * NUMBER
    assert fake.projects[blind.project]["model_version"] == ""


def test_disputed_documents_keep_a_tab_for_each_annotator(fake, folder):
    tasks = msgspec.json.decode((folder / "tasks.json").read_bytes())
    for task in tasks:
        (first,) = task["predictions"]
        task["predictions"] = [first | {"model_version": f"annotator-{n}"} for n in (4, 41)]
        del task["data"]["signature"]
    (folder / "tasks.json").write_bytes(msgspec.json.encode(tasks))
    assert try_to_push(fake, folder, []).problem is None
    assert try_to_push(fake, folder, []).unchanged == NUMBER
    assert fake.projects[1]["model_version"] == ""

    tasks[0]["data"]["title"] = "Another"
    tasks[0]["predictions"][0]["score"] = 0.125
    (folder / "tasks.json").write_bytes(msgspec.json.encode(tasks))
    assert try_to_push(fake, folder, [], replace=True).replaced == 1
    assert [(p["model_version"], p["score"] == 0.125) for p in fake.of_task(1)] == [
        ("annotator-4", True),
        ("annotator-41", False),
    ]


def test_two_scorings_in_one_export_are_refused(fake, folder):
    tasks = msgspec.json.decode((folder / "tasks.json").read_bytes())
    tasks[0]["predictions"][0]["model_version"] = "annotate|sig:another"
    (folder / "tasks.json").write_bytes(msgspec.json.encode(tasks))
    said: list[str] = []
    assert try_to_push(fake, folder, said) is None
    assert "2 versions of the scorer" in said[0]


@pytest.mark.parametrize(
    ("old", "new", "allowed"),
    [
        ('hint="A grammatical error."', 'hint="Wrong grammar."', True),
        ('<Label value="grammar"', '<Label value="style"', False),
        ('name="severity"', 'name="gravity"', False),
        ('max="100"', 'max="10"', False),
    ],
)
def test_a_configuration_that_would_break_what_is_there_is_refused(fake, folder, old, new, allowed):
    try_to_push(fake, folder, [])
    assert old in fake.projects[1]["label_config"]
    fake.projects[1]["label_config"] = fake.projects[1]["label_config"].replace(old, new)
    said: list[str] = []
    done = try_to_push(fake, folder, said)
    assert (done is not None) == allowed, said
    if allowed:
        assert done.settings == ["label_config"]
        assert done.problem is None
    else:
        assert "would break" in said[0]


@pytest.mark.parametrize(("title", "good"), [("ab", False), ("abc", True), ("x" * 50, True), ("x" * 51, False)])
def test_titles(fake, folder, title, good):
    with connect(fake) as server:
        if good:
            assert push(server, folder, title)[0].title == title
        else:
            with pytest.raises(AnnotateError, match="3 to 50"):
                push(server, folder, title)


def test_two_projects_of_one_title_are_told_apart_by_number(fake, folder):
    for number in (1, 2):
        fake.projects[number] = {"id": number, "title": "A project", "label_config": "<View></View>"}
    with connect(fake) as server:
        with pytest.raises(AnnotateError, match=r"2 projects called 'A project'.*\(1, 2\)"):
            push(server, folder, "A project")
        assert push(server, folder, "2")[0].problem is None
        with pytest.raises(AnnotateError, match="no project 3"):
            push(server, folder, "3")


def test_a_personal_access_token_is_renewed(fake, folder):
    with connect(fake, jwt(token_type="refresh", exp=7e9)) as server:
        assert push(server, folder, "A project")[0].problem is None
    assert "POST /api/token/refresh" in fake.requests


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("wrong", "does not accept the token (Invalid token)"),
        (jwt(token_type="refresh", exp=1), "the token has expired"),
        (jwt(token_type="refresh"), "does not accept the token"),
    ],
)
def test_a_bad_token_is_one_sentence(fake, token, said):
    with pytest.raises(ServerError) as refused:
        connect(fake, token)
    assert said in str(refused.value)
    assert token not in "".join(traceback.format_exception(refused.value))
    assert refused.value.fate == "refused"


def test_legacy_tokens_switched_off_is_one_sentence(fake, monkeypatch):
    detail = "Authentication token no longer valid: legacy token authentication has been disabled for this organization"
    handler = fake.http.RequestHandlerClass
    monkeypatch.setattr(handler, "carry_out", lambda *_: (401, {"detail": detail}))
    with pytest.raises(ServerError, match="takes no legacy tokens; make a personal access token"):
        connect(fake)


@pytest.mark.parametrize("given", ["", " \n", "two words", "line\nbreak", "tök"])
def test_no_token_is_one_sentence(monkeypatch, tmp_path, given):
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", given)
    (tmp_path / "token").write_text(given)
    for file in (None, tmp_path / "token"):
        with pytest.raises(AnnotateError) as refused:
            find_token(file)
        assert "oken" in str(refused.value)
        assert not given.strip() or given.strip() not in str(refused.value)


@pytest.mark.parametrize("given", ["", "localhost:8080", "ftp://x", "http://user:secret@host", "http://host/?token=s"])
def test_addresses_that_are_none(monkeypatch, given):
    monkeypatch.delenv("LABEL_STUDIO_URL", raising=False)
    with pytest.raises(AnnotateError) as refused:
        find_url(given)
    assert "secret" not in str(refused.value)


def test_no_server_is_one_sentence():
    with pytest.raises(ServerError, match=r"nothing answers at http://127.0.0.1:9; is Label Studio running"):
        Server("http://127.0.0.1:9", TOKEN, tries=1)


def test_the_command_line(fake, folder, monkeypatch, capsys):
    monkeypatch.setenv("LABEL_STUDIO_URL", fake.url)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", TOKEN)
    command = ["label", "push", str(folder), "--project", "A project"]
    assert run(command) == 0
    assert f"{NUMBER} new" in (out := capsys.readouterr()).out
    assert run(command) == 0
    assert f"{NUMBER} unchanged" in capsys.readouterr().out
    assert run(["label", "status", "--project", "A project"]) == 0
    assert f"{NUMBER} untouched" in capsys.readouterr().out
    fake.remove_newest()
    fake.break_next("401", IMPORT)
    assert run(command) == 1
    out = capsys.readouterr()
    assert "does not accept the token" in out.err
    check_nothing_secret([out.out, out.err])
    assert run([*command, "--token-file", str(folder / "none")]) == 2


def run(arguments: list[str]) -> int:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return ended.value.code


@pytest.mark.parametrize("where", [r"POST .*/exports", r"GET .*/exports", r"GET .*/download"])
@pytest.mark.parametrize("fault", ["drop-after", "drop-before", "500", "truncated", "slow", "404-html"])
def test_an_export_arrives_whole_or_not_at_all(fake, folder, tmp_path, fault, where):
    try_to_push(fake, folder, [])
    fake.break_next(fault, where)
    with connect(fake) as server:
        try:
            fetch(server, 1, tmp_path / "raw.json")
        except ServerError as error:
            check_nothing_secret([traceback.format_exc()])
            assert error.fate == "refused" or "POST" in where
            assert not (tmp_path / "raw.json").exists()
        else:
            assert len(msgspec.json.decode((tmp_path / "raw.json").read_bytes())) == NUMBER
    assert not list(tmp_path.glob("*.partial"))
