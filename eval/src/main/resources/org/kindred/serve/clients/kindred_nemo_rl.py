"""Kindred in NeMo-RL: personalised rewards from `kindred serve`, and P-GRPO's advantages.

    kindred data export DATA --for nemo-rl --out prompts
    kindred serve RUN --data DATA --port 8400               # KINDRED_URL, KINDRED_RUN, KINDRED_TOKEN in every Ray worker
    import kindred_nemo_rl at the top of a copy of examples/run_grpo.py, with this file on the PYTHONPATH
    data.train.dataset_name=ResponseDataset data.train.data_path=prompts/train.jsonl data.train.processor=kindred
    data.train.env_name=kindred +env.kindred={} (data.validation likewise with eval.jsonl) grpo.adv_estimator.name=grpo

NeMo-RL's grpo divides by the standard deviation of each prompt: P-GRPO then does nothing. Importing this module puts
P-GRPO in its place, whatever normalize_rewards says; gdpo is refused. A completion that could not be scored counts as its
group's mean so far, 0.

Untested: read from NeMo-RL 7ea279a.
"""
#: service

import ray  # noqa: E402
import torch  # noqa: E402
from nemo_rl.algorithms import grpo  # noqa: E402
from nemo_rl.data import processors  # noqa: E402
from nemo_rl.distributed.ray_actor_environment_registry import ACTOR_ENVIRONMENT_REGISTRY  # noqa: E402
from nemo_rl.distributed.virtual_cluster import PY_EXECUTABLES  # noqa: E402
from nemo_rl.environments.interfaces import EnvironmentInterface, EnvironmentReturn  # noqa: E402
from nemo_rl.environments.utils import ENV_REGISTRY, register_env  # noqa: E402

NAME = "kindred"
ACTOR = "kindred_nemo_rl.KindredEnvironment"


def process(datum_dict, task_data_spec, tokenizer, max_seq_length, idx):
    """A row as exported (messages, kindred) as NeMo-RL trains on it: the chat template around the messages as they are."""
    text = tokenizer.apply_chat_template(
        datum_dict["messages"], tokenize=False, add_generation_prompt=True, add_special_tokens=False
    )
    tokens = tokenizer(text, return_tensors="pt", add_special_tokens=False)["input_ids"][0]
    length = len(tokens)
    fits = length < max_seq_length
    return {
        "message_log": [{"role": "user", "content": text, "token_ids": tokens if fits else tokens[:4]}],
        "length": length if fits else 4,
        "extra_env_info": datum_dict["kindred"],
        "loss_multiplier": 1.0 if fits else 0.0,
        "idx": idx,
        "task_name": datum_dict["task_name"],
    }


@ray.remote
class KindredEnvironment(EnvironmentInterface):
    """One turn, scored by the service; metadata is the row's user, prompt_id, prompt and split."""

    def __init__(self, config):
        self.service = Kindred()

    def step(self, message_log_batch, metadata):
        items = [item(log[-1]["content"], info) for log, info in zip(message_log_batch, metadata)]
        results = self.service.rewards(items, "stream")
        n = len(items)
        return EnvironmentReturn(
            observations=[{"role": "environment", "content": ""}] * n,
            metadata=[None] * n,
            next_stop_strings=[None] * n,
            rewards=torch.tensor([r["reward"] if r["status"] == "scored" else 0.0 for r in results]),
            terminateds=torch.ones(n, dtype=torch.bool),
            answers=[log[-1]["content"] for log in message_log_batch],
        )

    def global_post_process_and_metrics(self, batch):
        return batch, {}


class PGrpo:
    """The service's rewards as advantages; NeMo-RL's list of estimators is closed, so it takes the place of grpo."""

    def __init__(self, estimator_config, loss_config):
        pass

    def compute_advantage(self, prompt_ids, rewards, mask, **_):
        return rewards.unsqueeze(-1).expand(mask.shape)


def _refusing(name, estimator):
    def make(estimator_config, loss_config):
        refuse(f"grpo.adv_estimator.name={name}", "grpo.adv_estimator.name=grpo, which this module replaces by P-GRPO")
        return estimator(estimator_config, loss_config)

    return make


def _warning(name, estimator):
    def make(estimator_config, loss_config):
        log.warning("kindred: grpo.adv_estimator.name=%s whitens over the batch; grpo is P-GRPO here", name)
        return estimator(estimator_config, loss_config)

    return make


if NAME not in ENV_REGISTRY:
    ACTOR_ENVIRONMENT_REGISTRY[ACTOR] = PY_EXECUTABLES.SYSTEM
    register_env(NAME, ACTOR)
    processors.register_processor(NAME, process)
    grpo.GDPOAdvantageEstimator = _refusing("gdpo", grpo.GDPOAdvantageEstimator)
    grpo.ReinforcePlusPlusAdvantageEstimator = _warning("reinforce_plus_plus", grpo.ReinforcePlusPlusAdvantageEstimator)
    if not std_allowed():
        grpo.GRPOAdvantageEstimator = PGrpo
