package org.kindred.reward.judges;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kindred.datasets.Progress;
import org.kindred.datasets.SeedTree;
import org.kindred.policy.model.EngineOptions;
import org.kindred.reward.BgeEmbedder;
import org.kindred.reward.UserContext;
import org.kindred.reward.chain.BothOrders;
import org.kindred.reward.chain.ChainWriter;
import org.kindred.reward.client.JudgeCache;
import org.kindred.reward.client.JudgeClient;
import org.kindred.reward.judge.RubricChainWriter;
import org.kindred.reward.judge.RubricJudge;
import org.kindred.reward.llm.LlmChainWriter;
import org.kindred.reward.llm.SoloChainWriter;
import org.kindred.reward.prototype.PrototypeSpace;
import org.kindred.reward.prototype.ScenarioSpace;
import org.kindred.reward.scaling.NeighbourSource;
import org.kindred.reward.scaling.PrototypeNeighbours;
import org.kindred.reward.scaling.ScenarioNeighbours;

/**
 * A judge opened for one data set: the embedded one, fitted when first needed, or a language model
 * with its cache.
 */
public final class OpenJudge implements AutoCloseable {
    private final RewardOptions options;
    private final RewardData data;
    private final SeedTree seeds;
    private final BgeEmbedder embedder = new BgeEmbedder(BgeEmbedder.Options.defaults());
    private @Nullable RubricJudge rubric;
    private final @Nullable JudgeClient client;
    private final @Nullable JudgeCache cache;
    private final Runnable free;

    /** A judge with a local model on all processors, or on the GPU where there is one. */
    public OpenJudge(
            JudgeSpec spec,
            RewardData data,
            RewardOptions options,
            Path cacheFile,
            SeedTree seeds) {
        this(spec, data, options, cacheFile, seeds, EngineOptions.defaults());
    }

    /**
     * @param cacheFile of a language model's answers
     * @param engine where and how a local model computes
     */
    public OpenJudge(
            JudgeSpec spec,
            RewardData data,
            RewardOptions options,
            Path cacheFile,
            SeedTree seeds,
            EngineOptions engine) {
        this.options = options.withLlm(JudgeFormat.of(spec, options.llm()));
        this.data = data;
        this.seeds = seeds;
        if (spec instanceof JudgeSpec.Embedded) {
            client = null;
            cache = null;
            free = () -> {};
        } else {
            JudgeSpec.Opened opened =
                    spec.open(
                            options.samplesPerRequest(),
                            Duration.ofSeconds(options.timeoutSeconds()),
                            engine);
            free = opened.free();
            cache = options.cache() ? JudgeCache.open(cacheFile) : null;
            client =
                    new JudgeClient(
                            opened.endpoint(), cache, options.client(), seeds.child("calls"));
        }
    }

    /** The judge as one that reads a pair once, in the order given. */
    public ChainWriter oneOrder() {
        return client == null
                ? new RubricChainWriter(fitted(), seeds.child("draws"))
                : new LlmChainWriter(client, options.llm(), seeds.child("shown"));
    }

    /** The judge as it scores: a language model in both orders, if so wanted. */
    public ChainWriter writer() {
        return client != null && options.bothOrders() ? new BothOrders(oneOrder()) : oneOrder();
    }

    /** The judge reading responses one by one. */
    public ChainWriter solo() {
        return client == null
                ? oneOrder()
                : new SoloChainWriter(client, options.llm(), seeds.child("shown"));
    }

    public RubricJudge fitted() {
        if (client != null) {
            throw new IllegalStateException("a language model has no fitted rubric judge");
        }
        if (rubric == null) {
            rubric =
                    RubricJudge.fit(
                            data.training(), embedder, options.judge(), seeds.child("judge"));
        }
        return rubric;
    }

    public boolean embedded() {
        return client == null;
    }

    public BgeEmbedder embedder() {
        return embedder;
    }

    public JudgeClient.@Nullable Counts counts() {
        return client == null ? null : client.counts();
    }

    /** Cells of users by fitted taste; for the embedded judge. */
    public PrototypeSpace users() {
        return PrototypeSpace.fit(
                fitted(), data.training(), options.prototypes(), seeds.child("prototypes"));
    }

    /** Cells of (user, scenario) samples, as published: a chain for every training choice. */
    public ScenarioSpace scenarios(ScenarioSpace.Options how, Progress progress) {
        Collection<UserContext> users = data.trainingUsers(options.rowsPerUser()).values();
        long chains = users.stream().mapToLong(user -> user.history().size()).sum();
        progress.stage("chains", chains + " training choices");
        return ScenarioSpace.fit(
                users,
                new WatchedWriter(oneOrder(), chains, progress),
                embedder,
                how,
                seeds.child("scenarios"));
    }

    public NeighbourSource neighbours(PrototypeSpace space, PrototypeNeighbours.Choice choice) {
        return new PrototypeNeighbours(space, choice, histories(), seeds.child("neighbours"));
    }

    public NeighbourSource neighbours(ScenarioSpace space, PrototypeNeighbours.Choice choice) {
        return new ScenarioNeighbours(
                space, choice, oneOrder(), embedder, histories(), seeds.child("neighbours"));
    }

    /** Neighbours as the options want them. */
    public NeighbourSource neighbours(Progress progress) {
        if (options.scaling().prototype() == 0) {
            return (request, n) -> new NeighbourSource.Found(java.util.List.of(), n > 0);
        }
        return embedded()
                ? neighbours(users(), options.neighbours())
                : neighbours(scenarios(options.scenarios(), progress), options.neighbours());
    }

    private Map<String, UserContext> histories() {
        return data.trainingUsers(Integer.MAX_VALUE);
    }

    @Override
    public void close() {
        if (cache != null) {
            cache.close();
        }
        free.run();
        embedder.close();
    }
}
