"""Kindred in verl: personalised rewards from `kindred serve`, and P-GRPO's advantages.

    kindred data export DATA --for verl --out prompts       # data.train_files=prompts/train.parquet
    kindred serve RUN --data DATA --port 8400
    export KINDRED_URL=http://host:8400 KINDRED_RUN=mine VERL_USE_EXTERNAL_MODULES=kindred_verl PYTHONPATH=$PWD
    reward.custom_reward_function.path=pkg://kindred_verl algorithm.adv_estimator=kindred_p_grpo
    a token of the service: export KINDRED_TOKEN=... (all of these in every process of the cluster)

grpo, the default, divides by the standard deviation of each prompt: P-GRPO then does nothing, and this module refuses it.
Rewards are normalised by the service in windows (verl passes no step). A completion that could not be scored raises, upon
which verl's newer trainers drop or refill the group; the older one stops, so give it KINDRED_UNSCORED=neutral, which
counts such a completion as its group's mean so far.

Its reward and advantage functions were run with those of verl 0.9.1 alone; the trainer as a whole was read, not run.
"""
#: service

import asyncio  # noqa: E402
import concurrent.futures  # noqa: E402
import functools  # noqa: E402

from verl.trainer.ppo import core_algos  # noqa: E402

ESTIMATOR = "kindred_p_grpo"
BY_PROMPT_STD = ("grpo", "grpo_vectorized", "grpo_passk", "gdpo")
_CALLS = concurrent.futures.ThreadPoolExecutor(max_workers=int(os.environ.get("KINDRED_CONCURRENCY") or 64))


@functools.lru_cache(maxsize=1)
def _service():
    loaded = os.environ.get("VERL_USE_EXTERNAL_MODULES", "").split(",")
    if "kindred_verl" not in [name.strip() for name in loaded]:
        raise KindredError(
            "VERL_USE_EXTERNAL_MODULES lacks kindred_verl: without it nothing checks how the driver normalises, and its"
            " default makes P-GRPO plain GRPO. Set it, and path=pkg://kindred_verl"
        )
    return Kindred()


async def compute_score(data_source, solution_str, ground_truth, extra_info=None, **_):
    """A normalised reward; extra_info holds user, prompt_id, prompt and split, as exported."""
    service = _service()
    asked = [item(solution_str, {k: (extra_info or {}).get(k) for k in ("user", "prompt_id", "prompt", "split")})]
    loop = asyncio.get_running_loop()
    result = (await loop.run_in_executor(_CALLS, service.rewards, asked, "stream"))[0]
    if result["status"] != "scored":
        if os.environ.get("KINDRED_UNSCORED") == "neutral":
            return {"score": 0.0, "kindred_raw": float("nan"), "kindred_group": str(result.get("group"))}
        raise KindredError(f"a completion was not scored: {result['status']}, {result.get('reason')}")
    return {"score": result["reward"], "kindred_raw": result["raw"], "kindred_group": str(result.get("group"))}


def p_grpo(token_level_rewards, response_mask, config=None, **_):
    """The service's rewards as advantages of all tokens of their responses."""
    advantages = token_level_rewards.sum(dim=-1, keepdim=True) * response_mask
    return advantages, advantages


def _divides(args):
    """Whether an estimator is about to divide by the spread of a prompt's rewards."""
    index = args.get("index")
    if index is not None and len(set(index)) == len(index):
        return False  # one completion a prompt: nothing is taken off, and nothing divided
    config = args.get("config")
    return bool(args.get("norm_adv_by_std_in_grpo", config.get("norm_adv_by_std_in_grpo", True) if config else True))


def _refusing(name, estimator):
    @functools.wraps(estimator)
    def checked(*args, **kwargs):
        if _divides(kwargs):
            refuse(f"algorithm.adv_estimator={name}", f"algorithm.adv_estimator={ESTIMATOR}")
        return estimator(*args, **kwargs)

    checked.kindred = True
    return checked


def _install():
    registry = core_algos.ADV_ESTIMATOR_REGISTRY
    registry.setdefault(ESTIMATOR, p_grpo)  # this file may be imported under two names
    for name in BY_PROMPT_STD:
        estimator = registry.get(name)
        if estimator is not None and not hasattr(estimator, "kindred"):
            registry[name] = _refusing(name, estimator)
            if getattr(core_algos, estimator.__name__, None) is estimator:
                setattr(core_algos, estimator.__name__, registry[name])  # the trainer calls that of grpo by its name


_install()
