"""TRL's own GRPOTrainer through kindred_trl.py, every advantage against the oracle. Usage: check_trl.py FOLDER WORK

Started again by itself with two processes: then the oracle server is at KINDRED_URL.
"""
import json
import os
import pathlib
import sys

sys.path[:0] = [sys.argv[1], str(pathlib.Path(__file__).parent)]
os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_VERBOSITY="error", TOKENIZERS_PARALLELISM="false", CUDA_VISIBLE_DEVICES="")
work = pathlib.Path(sys.argv[2])

import kindred_trl  # noqa: E402
import oracle_server as oracle  # noqa: E402
import torch  # noqa: E402
from datasets import Dataset  # noqa: E402
from tokenizers import Tokenizer, models, pre_tokenizers  # noqa: E402
from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM, set_seed  # noqa: E402
from trl import GRPOConfig, GRPOTrainer  # noqa: E402

torch.set_num_threads(1)
USERS = ["a mild", "b mild", "c harsh", "d harsh"]


def tiny():
    words = ["<pad>", "<eos>", "<unk>", *"abcdefghij", "z", "zz", "user", "system", "assistant"]
    tokenizer = Tokenizer(models.WordLevel({w: i for i, w in enumerate(words)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", eos_token="<eos>", unk_token="<unk>")
    fast.chat_template = "{% for m in messages %}{{ m['role'] + ' ' + m['content'] + ' ' }}{% endfor %}{% if add_generation_prompt %}assistant {% endif %}"
    torch.manual_seed(5)
    config = Qwen2Config(
        vocab_size=len(words), hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2,
        num_key_value_heads=1, max_position_embeddings=64, pad_token_id=0, eos_token_id=1, bos_token_id=1,
    )
    return Qwen2ForCausalLM(config), fast


def rows(split, n=8):
    return Dataset.from_list(
        [
            {
                "prompt": [{"role": "system", "content": "a b"}, {"role": "user", "content": "abcdefgh"[i % 8]}],
                "prompt_text": "abcdefgh"[i % 8],
                "user": USERS[i % 4],
                "prompt_id": f"{split}{i}",
                "split": split,
            }
            for i in range(n)
        ]
    )


class Watched(kindred_trl.PGrpoTrainer):
    """Keeps every advantage that training is given, and whose it is."""

    def _generate_and_score_completions(self, inputs):
        out = super()._generate_and_score_completions(inputs)
        if self.model.training:
            texts = self.processing_class.batch_decode(out["completion_ids"], skip_special_tokens=True)
            world = self.accelerator.num_processes
            logged = list(self._logs["advantages"])[-world * len(inputs) :]
            mine = slice(self.accelerator.process_index * len(inputs), (self.accelerator.process_index + 1) * len(inputs))
            assert logged[mine] == out["advantages"].tolist(), "TRL logs other advantages than it trains on"
            self.seen.append([(i["user"], i["prompt_id"], t, a) for i, t, a in zip(inputs, texts, out["advantages"].tolist())])
        return out


def config(name, **more):
    values = dict(
        output_dir=str(work / name), per_device_train_batch_size=4, num_generations=4, gradient_accumulation_steps=2,
        steps_per_generation=1, max_completion_length=5, max_steps=3, learning_rate=1e-2, report_to=[], use_cpu=True,
        disable_tqdm=True, logging_steps=1, seed=3, save_strategy="no", bf16=False, temperature=1.0,
    )
    values.update(more)
    return GRPOConfig(**values)


def train(name, url, mode, resume=None, **more):
    set_seed(3)
    model, tokenizer = tiny()
    evaluated = {"eval_dataset": rows("eval", 4)} if more.get("eval_strategy") else {}
    trainer = Watched(
        model, reward_funcs=kindred_trl.KindredReward(url, name, mode), args=config(name, **more),
        train_dataset=rows("train"), processing_class=tokenizer, **evaluated,
    )
    trainer.seen = []
    trainer.train(resume_from_checkpoint=resume)
    return trainer


def expected(requests, mode):
    """Advantages by (step, user, text), from the requests as the service got them."""
    history, steps = {}, []
    for body in requests:
        if body["normalise"] == "none":
            continue
        assert body["normalise"] == mode
        scored = [(i, oracle.raw_of(i["user"], i["response"])) for i in body["items"] if "zz" not in i["response"]]
        before = {g: list(v) for g, v in history.items()}
        for item, raw in scored:
            history.setdefault(oracle.group_of(item["user"]), []).append(raw)
        used = history if mode == "batch" else before
        found = {(i["user"], i["response"]): 0.0 for i in body["items"]}
        for item, raw in scored:
            found[(item["user"], item["response"])] = oracle.normalised(raw, used.get(oracle.group_of(item["user"]), []))
        steps.append(found)
    return steps


def compare(seen, steps):
    assert len(seen) == len(steps) > 0, (len(seen), len(steps))
    worst = 0.0
    for rollout, found in zip(seen, steps):
        for user, _, text, advantage in rollout:
            worst = max(worst, abs(advantage - found[(user, text)]))
    assert worst < 1e-6, worst
    return worst


def one_process():
    worst = {}
    for mode in ("batch", "frozen"):
        state = oracle.State()
        _, url = oracle.serve(state)
        # busy before the work at the first call, lost after the work at the second
        state.faults = [("before", 503, [("Retry-After", "0")]), ("after", 503, [("Retry-After", "0")])]
        trainer = train(mode, url, mode, eval_strategy="steps", eval_steps=2, per_device_eval_batch_size=4)
        worst[mode] = compare(trainer.seen, expected(unique(state.requests), mode))
        steps = sorted({tuple(b["step"]) for b in state.requests if b["normalise"] == mode})
        assert steps == [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)], steps
        assert [b.get("resume") for b in unique(state.requests) if b["normalise"] == mode] == [True] + [False] * 5
        assert any(b["normalise"] == "none" for b in state.requests), "no evaluation was asked for"
        items = [i for b in state.requests for i in b["items"]]
        assert {i["prompt"] for i in items} <= set("abcdefgh"), "the persona was sent to the judge"
        assert all(i["split"] == "eval" for b in state.requests if b["normalise"] == "none" for i in b["items"])
        logged = [r for r in trainer.state.log_history if "kindred/unscored" in r]
        assert logged and all(0 <= r["kindred/unscored"] < 1 for r in logged)
    # stopped after one step and resumed: the journal is that of a run that never stopped
    whole, parts = oracle.State(), oracle.State()
    _, a = oracle.serve(whole)
    _, b = oracle.serve(parts)
    one = train("whole", a, "batch", max_steps=3)
    train("part", b, "batch", max_steps=3, save_strategy="steps", save_steps=1)
    # the rollouts of steps 2 and 3 are there already: a trainer that died after them goes on from the checkpoint before
    two = train("part", b, "batch", resume=str(work / "part" / "checkpoint-1"), max_steps=3)
    assert whole.journal() == parts.journal()
    assert [r for r in one.seen][2:] == two.seen
    print(json.dumps({"worst": worst}))
    refusals(a)


def unique(requests):
    """Requests without repetitions of one whose reply was lost."""
    out = []
    for body in requests:
        if body not in out:
            out.append(body)
    return out


def refusals(url):
    def refused(work, word):
        try:
            work()
        except kindred_trl.KindredError as e:
            assert word in str(e), str(e)
        else:
            raise AssertionError("not refused: " + word)

    def plain(mode, **more):
        model, tokenizer = tiny()
        reward = kindred_trl.KindredReward(url, "plain", mode)
        GRPOTrainer(
            model, reward_funcs=reward, args=config("plain", max_steps=1, **more), train_dataset=rows("train"),
            processing_class=tokenizer,
        ).train()

    refused(lambda: plain("batch"), "PGrpoTrainer")
    refused(lambda: plain("batch", multi_objective_aggregation="normalize_then_sum"), "PGrpoTrainer")
    plain("batch", scale_rewards="none")
    plain("none")
    model, tokenizer = tiny()
    for functions, word in (
        ([kindred_trl.KindredReward(url, "x", "none")], 'set "batch"'),
        ([lambda completions, **_: [0.0] * len(completions)], "one KindredReward"),
        ([kindred_trl.KindredReward(url, "x"), lambda completions, **_: [0.0] * len(completions)], "one KindredReward"),
    ):
        refused(
            lambda: kindred_trl.PGrpoTrainer(
                model, reward_funcs=functions, args=config("x"), train_dataset=rows("train"), processing_class=tokenizer
            ),
            word,
        )
    os.environ["KINDRED_ALLOW_PROMPT_STD"] = "1"
    plain("batch")
    del os.environ["KINDRED_ALLOW_PROMPT_STD"]
    missing = rows("train").remove_columns("user")
    refused(
        lambda: kindred_trl.PGrpoTrainer(
            model, reward_funcs=kindred_trl.KindredReward(url, "x"), args=config("x"), train_dataset=missing,
            processing_class=tokenizer,
        ).train(),
        "no column user",
    )
    print("refusals ok")


def two_processes():
    """One of two: writes what each process trained on."""
    mode = os.environ["KINDRED_CHECK_MODE"]
    trainer = train("two-" + mode, os.environ["KINDRED_URL"], mode, per_device_train_batch_size=2)
    (work / f"seen-{mode}-{trainer.accelerator.process_index}.json").write_text(json.dumps(trainer.seen))


def start_two():
    import subprocess

    for mode in ("batch", "frozen"):
        state = oracle.State()
        _, url = oracle.serve(state)
        state.faults = [("after", 503, [("Retry-After", "0")])]
        subprocess.run(
            # as `accelerate launch` starts processes; its own --cpu starts one
            [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2", __file__, *sys.argv[1:3]],
            check=True, env={**os.environ, "KINDRED_URL": url, "KINDRED_CHECK_MODE": mode, "OMP_NUM_THREADS": "1"},
            timeout=280,
        )
        parts = [json.loads((work / f"seen-{mode}-{rank}.json").read_text()) for rank in (0, 1)]
        seen = [[tuple(x) for x in a + b] for a, b in zip(*parts)]
        assert all(len(b["items"]) == 4 for b in state.requests)
        print(json.dumps({"two processes": compare(seen, expected(unique(state.requests), mode))}))


if "KINDRED_CHECK_MODE" in os.environ:
    two_processes()
else:
    one_process()
    start_two()
    print("trl ok")
