"""kindred_ms_swift.py with a stand-in for the package, whose reward functions are called so. Usage: check_ms_swift.py FOLDER"""
import os
import pathlib
import sys
import types

sys.path[:0] = [sys.argv[1], str(pathlib.Path(__file__).parent)]
import oracle_server as oracle  # noqa: E402


class ORM:
    def __init__(self, args=None, **_):
        self.args = args


sys.modules["swift"] = types.ModuleType("swift")
sys.modules["swift.rewards"] = types.ModuleType("swift.rewards")
sys.modules["swift.rewards"].ORM, sys.modules["swift.rewards"].orms = ORM, {}
state = oracle.State()
_, url = oracle.serve(state)
os.environ.update(KINDRED_URL=url, KINDRED_RUN="s")
import kindred_ms_swift as client  # noqa: E402

for args in ({}, {"scale_rewards": "group"}, {"scale_rewards": "gdpo"}):
    try:
        client.orms_entry = sys.modules["swift.rewards"].orms["kindred"](types.SimpleNamespace(**args))
    except client.KindredError as e:
        assert "--scale_rewards none" in str(e)
    else:
        raise AssertionError(f"not refused: {args}")
reward = client.KindredReward(types.SimpleNamespace(scale_rewards="none"))


def step(at, texts, split="train"):
    n = len(texts)
    return reward(
        texts, user=["a mild"] * n, prompt_id=["p"] * n, split=[split] * n, trainer_state=types.SimpleNamespace(global_step=at),
        messages=[[{"role": "system", "content": "persona"}, {"role": "user", "content": "Why?"}, {"role": "assistant", "content": t}] for t in texts],
    )


raw = {t: oracle.raw_of("a mild", t) for t in "abcdef"}
assert step(0, ["a", "b", "zz"]) == [0.0, 0.0, 0.0]
assert step(0, ["c"]) == [oracle.normalised(raw["c"], [raw["a"], raw["b"]])]
assert step(1, ["d"]) == [oracle.normalised(raw["d"], [raw["a"], raw["b"], raw["c"]])]
assert step(1, ["e"], "eval") == [raw["e"]] and len(state.rows) == 4
assert [b.get("step") for b in state.requests] == [[0, 0], [0, 1], [1, 0], None]
assert all(i["prompt"] == "Why?" for b in state.requests for i in b["items"])
assert reward(["f"], user=["a mild"], prompt_id=["p"], split=["train"], prompt_text=["Why?"])[0] != 0  # Megatron: no state
print("ms-swift ok")
