"""``annotate serve`` asked by a real Label Studio."""

from __future__ import annotations

import json
import os
import subprocess
import sysconfig
import urllib.error
from pathlib import Path

import msgspec
import pytest

from annotate.labeling.configuration import labeling_config, read_config
from annotate.serve.predictions import Predictor

pytest_plugins = ["real_server"]
pytestmark = pytest.mark.slow

# Label Studio refuses backends on loopback; set before any test starts its server.
os.environ |= {"ML_BLOCK_LOCAL_IP": "false", "SSRF_PROTECTION_ENABLED": "false"}

TEXT = (
    "🚀 The minister said on Monday that the the new bridge would open in spring.\r\nWork on the cafe\u0301 beside it "
    "goes on; theMS bridge is <b>not</b> done. "
)
GERMAN = "Der Minister sagte am Montag, dass die neue Brücke im Frühjahr nach zwei Jahren Bauzeit eröffnet wird."


@pytest.fixture
def backend():
    command = [str(Path(sysconfig.get_path("scripts")) / "annotate"), "serve", "--port", "0"]
    known = os.environ | {"ANNOTATE_SERVE_AUTH": "ana:word"}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=known)
    try:
        yield process.stderr.readline().split(" on ")[1].split(";")[0]
    finally:
        process.terminate()
        said = process.communicate(timeout=30)[1]
        assert process.returncode == 0, said


def test_a_task_that_is_opened_gets_its_flags(label_studio, backend):
    def connect(project, password):
        known = {"project": project, "url": backend, "title": "annotate"}
        known |= {"auth_method": "BASIC_AUTH", "basic_auth_user": "ana", "basic_auth_pass": password}
        return label_studio("POST", "/api/ml/", known)

    def make_project(config):
        return label_studio("POST", "/api/projects/", {"title": "live", "label_config": config})["id"]

    project = make_project(labeling_config())
    known = dict.fromkeys(read_config(labeling_config()).fields, "")  # the server wants every field that is shown
    data = [{**known, "text": text, "doc_id": f"d{n}"} for n, text in enumerate((TEXT, GERMAN, TEXT))]
    label_studio("POST", f"/api/projects/{project}/import", [{"data": one} for one in data])
    for config, password, why in (
        (labeling_config(), "wrong", "authentication parameters"),
        (labeling_config().replace('value="spelling"', 'value="typo"'), "word", "400 Client Error"),
    ):
        with pytest.raises(urllib.error.HTTPError) as refused:
            connect(make_project(config), password)
        assert why in refused.value.read().decode()

    predictor = Predictor()
    assert connect(project, "word")["model_version"] == predictor.model_version
    label_studio("GET", f"/api/projects/{project}/next")
    given = [task["predictions"] for task in label_studio.tasks(project).values()]
    assert sorted(map(len, given)) == [0, 0, 1]  # only the one that was opened

    everything = {"selectedItems": {"all": True, "excluded": []}}
    for _ in range(2):  # the second time, none is asked for again
        label_studio("POST", f"/api/dm/actions?id=retrieve_tasks_predictions&project={project}", everything)
    for task in label_studio.tasks(project).values():
        (stored,) = task["predictions"]
        ours = json.loads(msgspec.json.encode(predictor.predict(task["data"], "text", "1")))
        assert (stored["result"], stored["score"]) == (ours["result"], ours["score"])
        assert stored["model_version"] == predictor.model_version
        text = task["data"]["text"]
        marked = [r["value"] for r in stored["result"] if r["type"] == "labels"]
        assert all(text[m["start"] : m["end"]] == m["text"] for m in marked)
        assert ("theMS" in [m["text"] for m in marked]) == (text == TEXT)
