"""verl's own reward and advantage functions through kindred_verl.py. Usage: check_verl.py FOLDER-OF-CLIENTS"""
import asyncio
import os
import pathlib
import sys

sys.path[:0] = [sys.argv[1], str(pathlib.Path(__file__).parent)]
import oracle_server as oracle  # noqa: E402

state = oracle.State()
_, url = oracle.serve(state, token="t")
os.environ.update(VERL_USE_EXTERNAL_MODULES="kindred_verl", KINDRED_URL=url, KINDRED_RUN="v", KINDRED_TOKEN="t", CUDA_VISIBLE_DEVICES="")

import numpy as np  # noqa: E402
import torch  # noqa: E402
import verl  # noqa: E402, F401
from omegaconf import OmegaConf  # noqa: E402
from verl import DataProto  # noqa: E402
from verl.trainer.ppo import core_algos  # noqa: E402
from verl.trainer.ppo.ray_trainer import compute_advantage  # noqa: E402
from verl.trainer.ppo.reward import get_custom_reward_fn  # noqa: E402

import kindred_verl  # noqa: E402

score = get_custom_reward_fn(
    OmegaConf.create({"reward": {"custom_reward_function": {"path": "pkg://kindred_verl", "name": "compute_score"}}})
)


def row(i):
    return {"user": "d harsh" if i % 2 else "a mild", "prompt_id": f"p{i // 4}", "prompt": "Why?", "split": "train", "index": i}


async def all_of(texts):
    out = []
    for i, text in enumerate(texts):  # one after another, so that the oracle knows the order
        out.append(await score(data_source="kindred", solution_str=text, ground_truth="", extra_info=row(i)))
    return out


texts = [f"text {i}" for i in range(16)]
found = asyncio.run(all_of(texts))
history, expected = {}, []
for i, text in enumerate(texts):
    user = row(i)["user"]
    raw, group = oracle.raw_of(user, text), oracle.group_of(user)
    expected.append(oracle.normalised(raw, history.get(group, [])))
    history.setdefault(group, []).append(raw)
    assert found[i]["kindred_raw"] == raw and found[i]["kindred_group"] == group
rewards = torch.tensor([f["score"] for f in found], dtype=torch.float64)
assert max(abs(rewards - torch.tensor(expected, dtype=torch.float64))) < 1e-12

# unscored: an error, upon which verl drops the group, or neutral if so wanted
try:
    asyncio.run(score(data_source="kindred", solution_str="zz", ground_truth="", extra_info=row(0)))
except kindred_verl.KindredError as e:
    assert "abstained" in str(e)
else:
    raise AssertionError("an unscored completion became a number")
os.environ["KINDRED_UNSCORED"] = "neutral"
assert asyncio.run(score(data_source="kindred", solution_str="zz", ground_truth="", extra_info=row(0)))["score"] == 0.0

# advantages by verl's own function
mask = torch.ones(16, 5)
mask[3, 2:] = 0
token_rewards = torch.zeros(16, 5, dtype=torch.float64)
for i in range(16):
    token_rewards[i, int(mask[i].sum()) - 1] = rewards[i]


def data(groups):
    return DataProto.from_dict(
        tensors={"token_level_rewards": token_rewards.clone(), "response_mask": mask},
        non_tensors={"uid": np.array(groups, dtype=object)},
    )


config = OmegaConf.create({"norm_adv_by_std_in_grpo": True, "use_pf_ppo": False})
groups = [f"g{i // 4}" for i in range(16)]
out = compute_advantage(data(groups), "kindred_p_grpo", config=config)
assert (out.batch["advantages"] - rewards[:, None] * mask).abs().max() < 1e-12
for name in ("grpo", "grpo_vectorized", "grpo_passk"):
    for estimator in {name, core_algos.AdvantageEstimator(name)}:
        try:
            compute_advantage(data(groups), estimator, config=config)
        except kindred_verl.KindredError as e:
            assert "kindred_p_grpo" in str(e)
        else:
            raise AssertionError(name + " is not refused")
exact = compute_advantage(data([str(i) for i in range(16)]), core_algos.AdvantageEstimator.GRPO, config=config)
assert (exact.batch["advantages"] - rewards[:, None] * mask).abs().max() < 1e-5, "rollout.n=1 is exact"
mean = compute_advantage(data(groups), core_algos.AdvantageEstimator.GRPO, norm_adv_by_std_in_grpo=False, config=config)
centred = rewards - rewards.view(4, 4).mean(1).repeat_interleave(4)
assert (mean.batch["advantages"] - centred[:, None] * mask).abs().max() < 1e-6
os.environ["KINDRED_ALLOW_PROMPT_STD"] = "1"
compute_advantage(data(groups), core_algos.AdvantageEstimator.GRPO, config=config)
kindred_verl._install()  # a second import under another name does no harm
print("verl ok")
