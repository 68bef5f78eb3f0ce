"""The shared HTTP part of the clients against the oracle server. Usage: check_protocol.py FOLDER-OF-CLIENTS"""
import pathlib
import py_compile
import sys
import types

import oracle_server as oracle

clients = sorted(pathlib.Path(sys.argv[1]).glob("kindred_*.py"))
assert len(clients) == 7, clients
for client in clients:
    py_compile.compile(str(client), doraise=True)


def part():
    """The part before the trainer is imported."""
    text = (pathlib.Path(sys.argv[1]) / "kindred_slime.py").read_text().split("\nimport asyncio")[0]
    module = types.ModuleType("service")
    exec(compile(text, "service", "exec"), module.__dict__)
    return module


client = part()
waits = []
client.time.sleep = waits.append
state = oracle.State()
server, url = oracle.serve(state, token="open sesame")


def refused(work, *words):
    try:
        work()
    except client.KindredError as e:
        assert all(word in str(e) for word in words), str(e)
        assert "open sesame" not in str(e) and "secret text" not in str(e), str(e)
    else:
        raise AssertionError(f"not refused: {words}")


def row(user="ann", response="secret text", split="train", id=None):
    return client.item(response, {"user": user, "prompt_id": "p", "prompt": "Why?", "split": split}, id)


asked = client.Kindred(url, "r1", "open sesame", 30)
items = [row("ann", f"text {i}", id=f"0/{i}") for i in range(3)] + [row("ann", "zz", id="0/3")]
results = asked.rewards(items, "none")
assert [r["id"] for r in results] == ["0/0", "0/1", "0/2", "0/3"]
assert [r["reward"] for r in results[:3]] == [oracle.raw_of("ann", f"text {i}") for i in range(3)]
assert results[3]["reward"] is None and results[3]["status"] == "abstained"

# busy before the work and lost after it: asked again, counted once, and not before the service says
state.faults = [("before", 503, [("Retry-After", "7")]), ("after", 504, []), ("before", 429, [("Retry-After", "2")])]
del waits[:]
first = asked.rewards(items, "batch", step=[0, 0], batch_size=4, resume=True)
assert waits[0] == 7 and waits[2] == 2 and 0 < waits[1] <= 0.2, waits
assert len(state.rows) == 3 and [r["id"] for r in first] == ["0/0", "0/1", "0/2", "0/3"]

refused(lambda: client.Kindred(url, "r1", "wrong", 30).rewards(items, "none"), "401", "token is wrong")
asked.rewards(items, "batch", step=[3, 0], batch_size=4)
refused(lambda: asked.rewards(items, "batch", step=[2, 0], batch_size=4), "409", "older step")
state.faults = [("before", 302, [("Location", "http://127.0.0.1:1/")])]
refused(lambda: asked.rewards(items, "none"), "302")
state.faults = [("before", 503, [("Retry-After", "3600")])]
refused(lambda: asked.rewards(items, "none"), "503", "KINDRED_DEADLINE")
refused(lambda: client.Kindred("http://127.0.0.1:9", "r1", None, 0.2).rewards(items, "none"), "no answer within 0.2 s")

# what is no answer is no number
good = state.rewards
for broken, words in (
    (lambda body: (200, {"results": good(body)[1]["results"][1:]}), "left out"),
    (lambda body: (200, {"results": [{**r, "reward": None} for r in good(body)[1]["results"]]}), "finite reward"),
    (lambda body: (200, {"results": [{**r, "raw": float("nan")} for r in good(body)[1]["results"]]}), "finite raw"),
    (lambda body: (200, ["?"]), "without results"),
):
    state.rewards = broken
    refused(lambda: asked.rewards(items[:2], "none"), words)
state.rewards = good

refused(lambda: client.Kindred("http://u:p@h", "r"), "KINDRED_TOKEN")
refused(lambda: client.Kindred("h:80", "r"), "expected an address")
refused(lambda: client.Kindred(url), "KINDRED_RUN")
refused(lambda: row(user=""), "no user")
refused(lambda: row(user=None), "no user")
refused(lambda: row(split="test"), "train or eval")
assert client.text_of([{"role": "system", "content": "persona"}, {"role": "user", "content": "Why?"}]) == "Why?"
assert client._retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0 and client._retry_after("soon") is None


class Args:
    advantage_estimator, rewards_normalization, grpo_std_normalization, n_samples_per_prompt = "grpo", True, True, 8


whole = types.ModuleType("kindred_slime")
exec(compile((pathlib.Path(sys.argv[1]) / "kindred_slime.py").read_text(), "slime", "exec"), whole.__dict__)
try:
    whole.check(Args)
except whole.KindredError as e:
    assert "--disable-rewards-normalization" in str(e)
else:
    raise AssertionError("slime's default is not refused")
Args.rewards_normalization = False
whole.check(Args)


class Sample:
    def __init__(self, response, split="train"):
        self.response = response
        self.metadata = {"kindred": {"user": "ann", "prompt_id": "p", "prompt": "Why?", "split": split}}


whole.os.environ.update(KINDRED_URL=url, KINDRED_RUN="slime", KINDRED_TOKEN="open sesame")
state.rows.clear()
values = whole.asyncio.run(whole.reward(Args, [Sample("a"), Sample("b"), Sample("zz")]))
assert values[2] == 0.0 and len(state.rows) == 2
one = whole.asyncio.run(whole.reward(Args, Sample("c", "eval")))
assert len(state.rows) == 2 and abs(one - oracle.normalised(oracle.raw_of("ann", "c"), [raw for _, raw in state.rows.values()])) < 1e-12
print("protocol ok")
