"""Kindred in TRL: personalised rewards from `kindred serve`, and P-GRPO's advantages.

    kindred data export DATA --for trl --out prompts        # columns prompt, user, prompt_id, prompt_text, split
    kindred serve RUN --data DATA --port 8400
    reward = KindredReward("http://127.0.0.1:8400", run="mine", normalise="batch")
    PGrpoTrainer(model, reward_funcs=reward, args=GRPOConfig(...), train_dataset=prompts).train()
    a token of the service: export KINDRED_TOKEN=...

GRPOTrainer divides by the standard deviation of each prompt by default: P-GRPO then does nothing. Use PGrpoTrainer, or
GRPOConfig(scale_rewards="none") for the prompt's mean only; KindredReward refuses the rest.

Run with trl 1.13.0 on CPU, one and two processes.
"""
#: service
#: together

from trl import GRPOTrainer  # noqa: E402

MODES = ("none", "frozen", "batch", "stream")


class KindredReward:
    """A reward function of TRL.

    normalise: "frozen" by the groups' histories before this rollout, "batch" with this rollout in them, "stream" as the
    service counts, "none" raw rewards from 1 to 10 (GRPO with a personalised judge). Calls in which the trainer evaluates
    are scored raw and enter no history. A completion that could not be scored is None, which TRL leaves out.
    """

    __name__ = "kindred"

    def __init__(self, url=None, run=None, normalise="batch", resume=True, token=None, deadline=None):
        if normalise not in MODES:
            raise KindredError(f"normalise = {normalise!r}: expected one of {', '.join(MODES)}")
        self.service = Kindred(url, run, token, deadline)
        self.normalise, self.resume, self.rollouts = normalise, resume, Rollouts()
        self._checked = None
        logging.getLogger("trl.trainer.grpo_trainer").addFilter(_without_texts)

    def __call__(self, prompts, completions, trainer_state=None, log_metric=None, user=None, prompt_id=None,
                 prompt_text=None, split=None, **_):
        trainer = getattr(log_metric, "__self__", None)
        training = trainer is None or trainer.model.training
        if self._checked is None or self._checked is not (trainer or self):
            check(trainer, self)
            self._checked = trainer or self
        for name, column in (("user", user), ("prompt_id", prompt_id)):
            if column is None:
                raise KindredError(f"the data set has no column {name}: kindred data export DATA --for trl writes it")
        rank = process_rank()
        items = [
            item(
                completions[i] if isinstance(completions[i], str) else completions[i][-1]["content"],
                {
                    "user": user[i],
                    "prompt_id": prompt_id[i],
                    "prompt": prompt_text[i] if prompt_text else text_of(prompts[i]),
                    "split": "eval" if not training else split[i] if split else "train",
                },
                f"{rank:04d}/{i:06d}",
            )
            for i in range(len(completions))
        ]
        if training:
            key = self.rollouts.next(trainer_state.global_step if trainer_state else 0)
            resume = self.resume and self.rollouts.first()
            everybody, mine = together(items, lambda all_items: self._ask(all_items, key, resume))
            self.rollouts.done(key)
        else:
            everybody, mine = together(items, lambda all_items: self.service.rewards(all_items, "none"))
        if log_metric:  # the same names in all processes, or TRL waits for ever
            raw = [r["raw"] for r in everybody if r["status"] == "scored"]
            log_metric("kindred/unscored", 1 - len(raw) / max(1, len(everybody)))
            if raw:
                log_metric("kindred/raw_reward", sum(raw) / len(raw))
        return [r["reward"] for r in mine]

    def _ask(self, items, key, resume):
        more = {} if self.normalise in ("none", "stream") else {"step": key, "resume": resume}
        if self.normalise == "batch":
            more["batch_size"] = len(items)
        return self.service.rewards(items, self.normalise, **more)


def _without_texts(record):
    """TRL prints prompt and completion of a row that nobody scored; KindredReward tells their share instead."""
    return "All reward functions returned None" not in str(record.msg)


def check(trainer, reward):
    """Refuses a configuration under which the histories do nothing, and names what another one loses."""
    if trainer is None:
        log.warning("kindred: this TRL hides its trainer, so nobody checks that it does not divide by each prompt's spread")
        return
    args = trainer.args
    if isinstance(trainer, PGrpoTrainer) or reward.normalise == "none":
        return
    scale = {True: "group", False: "none"}.get(getattr(args, "scale_rewards", None), getattr(args, "scale_rewards", None))
    if getattr(args, "multi_objective_aggregation", "") == "normalize_then_sum":
        refuse('GRPOConfig(multi_objective_aggregation="normalize_then_sum")', "PGrpoTrainer instead of GRPOTrainer")
    elif scale == "group":
        refuse('GRPOConfig(scale_rewards="group"), the default,', 'PGrpoTrainer, or scale_rewards="none"')
    else:
        log.warning("kindred: %s %s; PGrpoTrainer keeps it", type(trainer).__name__, MEAN)


class PGrpoTrainer(GRPOTrainer):
    """GRPOTrainer whose advantages are the service's normalised rewards as they are; an unscored completion has 0."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        ours = [i for i, f in enumerate(self.reward_funcs) if isinstance(f, KindredReward)]
        others = [i for i in range(len(self.reward_funcs)) if i not in ours and self.reward_weights[i] != 0]
        if len(ours) != 1 or others:
            raise KindredError(
                "PGrpoTrainer takes one KindredReward and no other reward of a weight, since others are not normalised by"
                " the groups' histories; add them to the rewards of the service"
            )
        if self.reward_funcs[ours[0]].normalise == "none":
            raise KindredError('PGrpoTrainer with normalise="none" would take points from 1 to 10 as advantages; set "batch"')
        self._kindred = ours[0]

    def _calculate_rewards(self, *args, **kwargs):
        rewards = super()._calculate_rewards(*args, **kwargs)
        self._ready = rewards[:, self._kindred] * self.reward_weights[self._kindred].to(rewards.device)
        return rewards

    def _generate_and_score_completions(self, inputs):
        out = super()._generate_and_score_completions(inputs)
        if self.model.training:
            advantages = self._ready.nan_to_num(nan=0.0)  # of all processes
            rank, count = self.accelerator.process_index, len(inputs)
            out["advantages"] = advantages[rank * count : (rank + 1) * count]
            logged = self._logs["advantages"]
            for _ in range(min(len(logged), len(advantages))):
                logged.pop()
            logged.extend(advantages.tolist())
        return out
