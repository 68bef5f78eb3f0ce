"""Kindred in SkyRL: personalised rewards from `kindred serve`, and P-GRPO's advantages.

    kindred data export DATA --for skyrl --out prompts      # data.train_data="['prompts/train.parquet']"
    kindred serve RUN --data DATA --port 8400               # KINDRED_URL, KINDRED_RUN, KINDRED_TOKEN in every Ray worker
    python -m kindred_skyrl environment.env_class=kindred trainer.algorithm.advantage_estimator=kindred_p_grpo ...
    (this module in place of skyrl.train.entrypoints.main_base, with this file on the PYTHONPATH)

grpo, the default, divides by the standard deviation of each prompt: P-GRPO then does nothing, and it is refused. A
completion that could not be scored counts as its group's mean so far, 0.

Untested: read from skyrl 0.3.0.
"""
#: service

import sys  # noqa: E402

import ray  # noqa: E402
from skyrl.backends.skyrl_train.utils.ppo_utils import AdvantageEstimatorRegistry  # noqa: E402
from skyrl.train.config import SkyRLTrainConfig  # noqa: E402
from skyrl.train.entrypoints.main_base import BasePPOExp, validate_cfg  # noqa: E402
from skyrl.train.utils import initialize_ray  # noqa: E402
from skyrl_gym.envs import register  # noqa: E402
from skyrl_gym.envs.base_text_env import BaseTextEnv, BaseTextEnvStepOutput  # noqa: E402

ESTIMATOR = "kindred_p_grpo"


class KindredEnv(BaseTextEnv):
    """One turn, scored by the service; the row's column kindred holds user, prompt_id, prompt and split."""

    service = None

    def __init__(self, env_config=None, extras=None):
        super().__init__()
        if not extras or "kindred" not in extras:
            raise KindredError("the data have no column kindred: kindred data export DATA --for skyrl writes it")
        self.row = extras["kindred"]

    def step(self, action):
        if KindredEnv.service is None:
            KindredEnv.service = Kindred()
        result = KindredEnv.service.rewards([item(action, self.row)], "stream")[0]
        scored = result["status"] == "scored"
        return BaseTextEnvStepOutput(
            observations=[],
            reward=result["reward"] if scored else 0.0,
            done=True,
            metadata={"kindred_raw": result["raw"] if scored else None},
        )


def p_grpo(token_level_rewards, response_mask, **_):
    """The service's rewards as advantages of all tokens of their responses."""
    advantages = token_level_rewards.sum(dim=-1, keepdim=True) * response_mask
    return advantages, advantages


def check(estimator, norm_by_std, samples):
    """Refuses a configuration under which the histories do nothing, and names what another one loses."""
    if estimator == ESTIMATOR or samples == 1 and estimator == "grpo":
        return
    if estimator == "grpo" and norm_by_std:
        refuse("trainer.algorithm.advantage_estimator=grpo", f"trainer.algorithm.advantage_estimator={ESTIMATOR}")
    log.warning("kindred: trainer.algorithm.advantage_estimator=%s %s; %s keeps it", estimator, MEAN, ESTIMATOR)


AdvantageEstimatorRegistry.register(ESTIMATOR, p_grpo)


@ray.remote(num_cpus=1)
def entrypoint(cfg):
    register(id="kindred", entry_point="kindred_skyrl:KindredEnv")
    BasePPOExp(cfg).run()


if __name__ == "__main__":
    cfg = SkyRLTrainConfig.from_cli_overrides(sys.argv[1:])
    algorithm = cfg.trainer.algorithm
    check(algorithm.advantage_estimator, algorithm.grpo_norm_by_std, cfg.generator.n_samples_per_prompt)
    validate_cfg(cfg)
    initialize_ray(cfg)
    ray.get(entrypoint.remote(cfg))
