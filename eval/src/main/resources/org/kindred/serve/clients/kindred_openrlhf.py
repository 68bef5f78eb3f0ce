"""Kindred in OpenRLHF: personalised rewards from `kindred serve`, normalised there by the groups' histories.

    kindred data export DATA --for openrlhf --out prompts   # --data.prompt_dataset prompts/train.jsonl --data.input_key input
    kindred serve RUN --data DATA --port 8400               # KINDRED_URL, KINDRED_RUN, KINDRED_TOKEN in every Ray worker
    python kindred_openrlhf.py --train.agent_func_path kindred_openrlhf.py --data.label_key label \\
        --data.apply_chat_template --algo.advantage.estimator flash_reinforce --algo.kl.use_loss ...
    (this file started in place of `python -m openrlhf.cli.train_ppo_ray`: it checks the options and goes on there)

group_norm divides by the standard deviation of each prompt: P-GRPO then does nothing, and it is refused.
flash_reinforce is P-GRPO up to one number for the whole batch; reinforce nearly. OpenRLHF dies of a missing reward: a
completion that could not be scored counts as its group's mean so far, 0.

The agent was run with the package openrlhf 0.11.2 alone; the trainer as a whole was read, not run.
"""
#: service

import asyncio  # noqa: E402
import concurrent.futures  # noqa: E402
import sys  # noqa: E402

_CALLS = concurrent.futures.ThreadPoolExecutor(max_workers=int(os.environ.get("KINDRED_CONCURRENCY") or 64))


def option(arguments, name, default=None):
    """The value that a command line gives an option."""
    value = default
    for at, word in enumerate(arguments):
        if word == name:
            value = arguments[at + 1] if at + 1 < len(arguments) else ""
        elif word.startswith(name + "="):
            value = word[len(name) + 1 :]
    return value


def check(arguments):
    """Refuses options under which the histories do nothing, and names what others lose."""
    estimator = option(arguments, "--algo.advantage.estimator", "gae")
    if estimator == "group_norm":
        refuse("--algo.advantage.estimator group_norm", "--algo.advantage.estimator flash_reinforce")
    elif estimator in ("rloo", "reinforce_baseline", "dr_grpo"):
        log.warning("kindred: --algo.advantage.estimator %s %s; flash_reinforce keeps it", estimator, MEAN)
    elif estimator == "gae":
        log.warning("kindred: gae learns a critic of normalised rewards; P-GRPO is flash_reinforce")
    if estimator == "flash_reinforce" and "--algo.kl.use_loss" not in arguments:
        log.warning("kindred: without --algo.kl.use_loss the KL term is a part of the reward")
    if "--reward.normalize_enable" in arguments:
        log.warning("kindred: --reward.normalize_enable is for reward models inside OpenRLHF; leave it out")
    if not option(arguments, "--data.label_key"):
        raise KindredError("--data.label_key is missing: set it to label, the column that kindred data export writes")


if __name__ == "__main__":
    logging.basicConfig()
    check(sys.argv[1:])
    os.execv(sys.executable, [sys.executable, "-m", "openrlhf.cli.train_ppo_ray", *sys.argv[1:]])

from openrlhf.utils.agent import SingleTurnAgentExecutor  # noqa: E402


class AgentExecutor(SingleTurnAgentExecutor):
    """Answers once and asks the service; the label of a row is JSON with user, prompt_id, prompt and split."""

    def __init__(self):
        super().__init__(None)
        self.service = Kindred()
        log.warning(
            "kindred: an agent cannot see how OpenRLHF normalises; with --algo.advantage.estimator group_norm P-GRPO does"
            " nothing. Start kindred_openrlhf.py in place of openrlhf.cli.train_ppo_ray, and it checks"
        )

    async def execute(self, prompt, label, sampling_params, max_length, hf_tokenizer, llm_engine, images=None):
        out = await super().execute(prompt, label, sampling_params, max_length, hf_tokenizer, llm_engine, images)
        begin, end = out["action_ranges"][0]
        text = hf_tokenizer.decode(out["observation_tokens"][begin:end], skip_special_tokens=True)
        asked = [item(text, label)]
        loop = asyncio.get_running_loop()
        result = (await loop.run_in_executor(_CALLS, self.service.rewards, asked, "stream"))[0]
        scored = result["status"] == "scored"
        out.update(
            reward=result["reward"] if scored else 0.0,
            scores=result["raw"] if scored else 0.0,
            extra_logs={"kindred_unscored": float(not scored)},
        )
        return out
