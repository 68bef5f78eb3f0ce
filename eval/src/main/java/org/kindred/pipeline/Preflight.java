package org.kindred.pipeline;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.kindred.datasets.KindredException;
import org.kindred.datasets.Message;
import org.kindred.datasets.PreferenceDataset;
import org.kindred.datasets.source.DataSource;
import org.kindred.options.OptionsException;
import org.kindred.policy.model.ModelConfig;
import org.kindred.policy.tokenizer.Tokenizer;
import org.kindred.reward.client.JudgeCache;
import org.kindred.reward.judges.JudgeSpec;
import org.kindred.reward.judges.OpenJudge;
import org.kindred.reward.judges.RewardData;

/** Refuses what cannot work, before the first stage that takes time, and says what to change. */
final class Preflight {
    private final RunContext context;

    Preflight(RunContext context) {
        this.context = context;
    }

    void check() {
        data();
        model();
        judge();
    }

    private void data() {
        DataOptions data = context.options().data();
        if (!data.simulated()
                && !Files.exists(context.path(DataStage.NAME))
                && !Files.exists(DataSource.parse(data.source()).path())) {
            throw new KindredException(
                    data.source()
                            + ": no such file or folder. Expected a canonical folder, a preferences file, or"
                            + " FORMAT:PATH");
        }
    }

    /** Tokenizer and model must belong together, and leave room for prompts. */
    private void model() {
        StartOptions start = context.options().start();
        int room = start.decoder().contextTokens();
        if (!start.scratch()) {
            Path folder = context.startFolder();
            ModelFolder.require(folder);
            ModelConfig config = ModelFolder.config(folder);
            try (Tokenizer tokenizer = ModelFolder.tokenizer(folder)) {
                ModelFolder.requireMatching(folder, tokenizer, config).forEach(context::note);
                readsPersonas(folder, tokenizer);
            }
            room = config.maxPositionEmbeddings();
        }
        for (ArmOptions arm : context.options().arms()) {
            int written = arm.resolve(context.options().reinforcement()).sampling().maxNewTokens();
            if (written >= room) {
                throw new OptionsException(
                        "arm "
                                + arm.name()
                                + ": reinforcement.sampling.max_new_tokens = "
                                + written
                                + " leaves no room for prompts in the model's context of "
                                + room
                                + " tokens; lower it, or take a model with a longer context");
            }
        }
    }

    /** A conversation as policies will meet it must pass the model's chat template. */
    private void readsPersonas(Path folder, Tokenizer tokenizer) {
        String persona = context.options().start().persona() ? "Wants: short answers." : "";
        try {
            context.form().tokens(tokenizer, persona, List.of(Message.user("Hello.")));
        } catch (KindredException refused) {
            throw new KindredException(
                    folder
                            + ": its chat template does not take "
                            + (persona.isEmpty() ? "a question" : "a persona in the system message")
                            + " ("
                            + refused.getMessage()
                            + "). Take an instruction-tuned checkpoint, or set start.raw = true for plain"
                            + " text, or start.persona = false",
                    refused);
        }
    }

    private void judge() {
        reach(context.options().judge().spec(), OpenJudge.Form.RUBRICS);
        String other = context.options().evaluation().winRateJudge();
        if (!other.isEmpty()) {
            reach(other, OpenJudge.Form.PAIRS);
        }
    }

    /** A folder must hold a model or a judge, a server must answer. */
    private void reach(String judge, OpenJudge.Form form) {
        JudgeSpec spec = JudgeSpec.parse(judge);
        if (spec instanceof JudgeSpec.Local local) {
            Path folder = ModelFolder.folder(local.folder());
            try (Tokenizer tokenizer = ModelFolder.tokenizer(folder)) {
                ModelFolder.requireMatching(folder, tokenizer, ModelFolder.config(folder))
                        .forEach(context::note);
            }
        } else if (!(spec instanceof JudgeSpec.Embedded)) {
            try (OpenJudge opened =
                    new OpenJudge(
                            spec,
                            RewardData.forTraining(new PreferenceDataset(List.of(), List.of())),
                            context.options().judge(),
                            context.path("reward").resolve(JudgeCache.FILE),
                            context.seeds().child("reward"),
                            context.options().engine())) {
                opened.telling(context.progress()).probe(form);
            }
        }
    }
}
