"""OpenRLHF's own agent through kindred_openrlhf.py. Usage: check_openrlhf.py FOLDER-OF-CLIENTS

Only openrlhf/utils is imported: the package as a whole needs vLLM and DeepSpeed on GPUs.
"""
import asyncio
import importlib.metadata
import importlib.util
import json
import os
import pathlib
import subprocess
import sys
import types

sys.path[:0] = [sys.argv[1], str(pathlib.Path(__file__).parent)]
import oracle_server as oracle  # noqa: E402

root = pathlib.Path(importlib.metadata.distribution("openrlhf").locate_file("openrlhf"))
for name in ("openrlhf", "openrlhf.utils"):  # without what their __init__ files import
    package = types.ModuleType(name)
    package.__path__ = [str(root.joinpath(*name.split(".")[1:]))]
    sys.modules[name] = package
state = oracle.State()
_, url = oracle.serve(state)
os.environ.update(KINDRED_URL=url, KINDRED_RUN="o")

# as openrlhf/trainer/ray/vllm_engine.py loads an agent
path = os.path.join(sys.argv[1], "kindred_openrlhf.py")
spec = importlib.util.spec_from_file_location("agent_module", path)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
agent = module.AgentExecutor()


class Tokens:
    """A tokenizer of code points."""

    image_processor = None

    def __call__(self, text, **_):
        import torch

        return {"input_ids": torch.tensor([[ord(c) for c in text]])}

    def decode(self, tokens, **_):
        return "".join(chr(t) for t in tokens)


class Engine:
    async def generate(self, tokens, parameters, multi_modal_data=None):
        text = self.texts.pop(0)
        output = types.SimpleNamespace(token_ids=[ord(c) for c in text], text=text, finish_reason="stop", logprobs=None)
        return types.SimpleNamespace(outputs=[output])


def label(split="train"):
    return json.dumps({"user": "a mild", "prompt_id": "p", "prompt": "Why?", "split": split})


engine = Engine()
engine.texts = ["one", "two", "three", "zz", "four"]
parameters = types.SimpleNamespace(max_tokens=8, logprobs=None)


def ask(split="train"):
    return asyncio.run(agent.execute("system persona Why?", label(split), parameters, 64, Tokens(), engine))


outs = [ask() for _ in range(4)] + [ask("eval")]
raws = [oracle.raw_of("a mild", t) for t in ("one", "two", "three", "zz", "four")]
expected = [0.0, 0.0, oracle.normalised(raws[2], raws[:2]), 0.0, oracle.normalised(raws[4], raws[:3])]
assert [o["reward"] for o in outs] == expected, ([o["reward"] for o in outs], expected)
assert [o["scores"] for o in outs] == raws[:3] + [0.0, raws[4]]
assert [o["extra_logs"]["kindred_unscored"] for o in outs] == [0.0, 0.0, 0.0, 1.0, 0.0]
assert len(state.rows) == 3, "evaluation is in the history"
assert all(b["items"][0]["prompt"] == "Why?" for b in state.requests)


def start(*options):
    return subprocess.run([sys.executable, path, *options], capture_output=True, text=True)


refused = start("--data.label_key", "label", "--algo.advantage.estimator", "group_norm")
assert refused.returncode != 0 and "flash_reinforce" in refused.stderr, refused.stderr
assert "--data.label_key is missing" in start("--algo.advantage.estimator=flash_reinforce").stderr
told = []
module.log.addHandler(type("Told", (module.logging.Handler,), {"emit": lambda self, record: told.append(record.getMessage())})())
module.check(["--data.label_key=label", "--algo.advantage.estimator=rloo"])
assert len(told) == 1 and "what a whole prompt is above or below" in told[0], told
module.check(["--data.label_key", "label", "--algo.advantage.estimator", "flash_reinforce", "--algo.kl.use_loss"])
assert len(told) == 1, told
print("openrlhf ok")
